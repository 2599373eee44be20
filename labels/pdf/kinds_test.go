package pdf

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/internal/sample"
)

// forbidden are keys and names that a joined file never has.
var forbidden = []string{"JS", "JavaScript", "EmbeddedFile", "EmbeddedFiles", "Filespec", "EF", "Launch", "URI", "GoToR", "SubmitForm", "Alternates",
	"OPI", "Ref", "AF", "AA", "A", "OpenAction", "AcroForm", "XFA", "Names", "Metadata", "PieceInfo", "PS", "Movie", "Sound", "Rendition", "RichMedia",
	"Encrypt", "Widget", "Link", "FileAttachment", "Thumb", "StructParents", "FFilter"}

func namesIn(o types.Object) iter.Seq[string] {
	return func(yield func(string) bool) { walkNames(o, yield) }
}

func walkNames(o types.Object, yield func(string) bool) {
	switch o := o.(type) {
	case types.Name:
		yield(string(o))
	case types.Array:
		for _, item := range o {
			walkNames(item, yield)
		}
	case types.StreamDict:
		walkNames(o.Dict, yield)
	case types.Dict:
		for key, value := range o {
			yield(key)
			walkNames(value, yield)
		}
	}
}

// everywhere is a file with the same entries in every dictionary that its page needs.
func everywhere(entries string) []byte {
	data := func(d, content string) string {
		return fmt.Sprintf("<<%s%s/Length %d>>\nstream\n%s\nendstream", d, entries, len(content), content)
	}
	plain := func(d string) string { return "<<" + d + entries + ">>" }
	return sample.PDFWithObjects(
		plain("/Type/Catalog/Pages 2 0 R"),
		plain("/Type/Pages/Count 1/Kids[3 0 R]"),
		plain("/Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R/Resources 5 0 R/Group<</S/Transparency"+entries+">>/Annots[13 0 R]"),
		data("", "0 0 9 9 re f /X1 Do /X2 Do BT /F1 9 Tf (a) Tj /F2 9 Tf (a) Tj ET /G1 gs /C1 cs /P1 scn 0 0 9 9 re f /S1 sh"),
		plain("/Font<</F1 6 0 R/F2 7 0 R>>/XObject<</X1 8 0 R/X2 9 0 R/X3 16 0 R/X4 17 0 R>>/ExtGState<</G1 10 0 R>>/ColorSpace<</C1[/Pattern]/C2 11 0 R>>"+
			"/Pattern<</P1 12 0 R>>/Shading<</S1 14 0 R>>/Properties<</M1 15 0 R>>"),
		plain("/Type/Font/Subtype/TrueType/BaseFont/Helvetica/FontDescriptor<</Type/FontDescriptor/FontName/Helvetica"+entries+">>/Encoding<</Differences[65/Aacute]"+entries+">>"),
		plain("/Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 97/LastChar 97/Widths[1]/Encoding<</Differences[97/a]>>/CharProcs<</a 4 0 R>>/Resources 5 0 R"),
		data("/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/SMask 8 0 R", "x"),
		data("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 5 0 R", "0 0 9 9 re f"),
		plain("/Type/ExtGState/SMask<</S/Alpha/G 9 0 R"+entries+">>/Font[6 0 R 9]/TR<</FunctionType 2/N 1/Domain[0 1]"+entries+">>"),
		"[/Separation/Black/DeviceGray<</FunctionType 2/N 1/Domain[0 1]"+entries+">>]",
		data("/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources 5 0 R", "0 0 5 5 re f"),
		plain("/Type/Annot/Subtype/Widget/Rect[0 0 9 9]/F 4/AP<</N 9 0 R"+entries+">>"),
		plain("/ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 1 1]/Function<</FunctionType 2/N 1/Domain[0 1]"+entries+">>"),
		plain("/Type/Foo"),
		data("/Type/XObject/Subtype/PS", "showpage"),
		plain("/Type/Filespec/F(a.exe)"),
	)
}

func TestNothingButWhatIsPrintedIsWritten(t *testing.T) {
	t.Parallel()
	files := corpus.PDF(t)
	for i, entries := range []string{
		"/Evil<</S/JavaScript/JS(app.alert)>>", "/AA<</O<</S/Launch/F(a.exe)>>>>/A<</S/URI/URI(x)>>", "/AF[<</Type/Filespec/EF<</F 4 0 R>>>>]", "/Alternates[<</Image 8 0 R>>]/OPI<</1.3<<>>>>",
		"/Ref<</F(other.pdf)/Page 1>>/PieceInfo<</x 4 0 R>>/Metadata 4 0 R/StructParents 1", "/Thumb 8 0 R/JS(x)/FFilter/FlateDecode", "/Names<</EmbeddedFiles<</Names[(a)17 0 R]>>>>",
		"/Type/Filespec/EF<</F 4 0 R>>", "/Subtype2/PS/Level1 4 0 R", "/OC<</Type/OCG/A<</S/Movie>>>>", "/S/JavaScript/Subtype/Link",
	} {
		files[fmt.Sprintf("everywhere %d", i)] = everywhere(entries)
	}
	written := 0
	for name, data := range files {
		d, err := Check(data, Limits{})
		if err != nil {
			continue
		}
		sound, err := d.Extract(d.soundPages()...)
		require.NoError(t, err, name)
		for _, stock := range []string{"as-is", "a4-4up"} {
			var out bytes.Buffer
			onto, err := ParseStock(stock)
			require.NoError(t, err)
			_, err = JoinOnto(&out, sample.Each(sound, d.Data), Layout{Stock: onto})
			require.NoError(t, err, name)
			s := readPlain(out.Bytes(), Limits{}.withDefaults(out.Bytes()))
			require.NotNil(t, s, name)
			for _, number := range s.objects.numbers() {
				for word := range namesIn(s.objects.object(*types.NewIndirectRef(number, 0))) {
					assert.False(t, slices.Contains(forbidden, word), "%s on %s: object %d has /%s", name, stock, number, word)
				}
			}
			written++
		}
	}
	assert.Greater(t, written, 30)
}
