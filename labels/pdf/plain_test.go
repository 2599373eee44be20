package pdf

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/internal/sample"
)

// reading is what is made of a file: its sound pages written again, their sizes and texts.
func reading(t *testing.T, s *source) []string {
	t.Helper()
	require.NoError(t, s.markBroken())
	d := Document{}.of(s)
	written, err := d.Extract(d.soundPages()...)
	require.NoError(t, err)
	out := []string{string(written), fmt.Sprint(d.Sizes)}
	for i := range d.Pages {
		out = append(out, d.Content(i).Text, d.WhyBroken(i))
	}
	return out
}

func TestAPlainFileIsReadAsAnyOther(t *testing.T) {
	t.Parallel()
	files := corpus.PDF(t)
	files["one page"] = sample.PDF("Orden 2000004280026175")
	files["three pages"] = sample.PDF("Orden 1", "", `Orden (3) \ñ`)
	plain := 0
	for name, data := range files {
		limits := Limits{}.withDefaults(data)
		s := readPlain(data, limits)
		if s == nil {
			continue
		}
		plain++
		other, err := readBytes(data, limits)
		require.NoError(t, err, name)
		assert.Equal(t, reading(t, other), reading(t, s), name)
	}
	assert.GreaterOrEqual(t, plain, 8, "many files are plain")
}

// nested is a file whose last objects each begin within the one before.
func nested(many int) []byte {
	var out, table strings.Builder
	write := func(object string) {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		out.WriteString(object)
	}
	out.WriteString("%PDF-1.4\n")
	write("1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj ")
	write("2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj ")
	write("3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]>> endobj ")
	for i := range many {
		write(fmt.Sprintf("%d 0 obj (", 4+i))
	}
	out.WriteString(strings.Repeat(") endobj ", many))
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n",
		4+many, table.String(), 4+many, out.Len())
	return []byte(out.String())
}

func TestObjectsWithinObjectsAreNotReadEndlessly(t *testing.T) {
	t.Parallel()
	limits := Limits{}.withDefaults(nil)
	assert.NotNil(t, readPlain(nested(2), limits))
	assert.Nil(t, readPlain(nested(50), limits))
}

func TestAFileThatIsNotPlainIsLeftToPdfcpu(t *testing.T) {
	t.Parallel()
	good := string(sample.PDF("Orden 1"))
	require.NotNil(t, readPlain([]byte(good), Limits{}.withDefaults([]byte(good))))
	update := strings.NewReplacer("trailer\n<<", "trailer\n<</Prev 9 ")
	for name, data := range map[string]string{
		"with something before its header":      "\n" + good,
		"encrypted":                             strings.Replace(good, "trailer\n<<", "trailer\n<</Encrypt 9 0 R ", 1),
		"updated":                               update.Replace(good),
		"with a table that leads elsewhere":     strings.Replace(good, "1 0 obj", "8 0 obj", 1),
		"with a stream longer than it says":     strings.Replace(good, "endstream", "0 0 9 9 re f endstream", 1),
		"with a misspelt end of a stream":       strings.Replace(good, "endstream", "endstrean", 1),
		"with an object without its end":        strings.Replace(good, "endobj", "endobi", 1),
		"with a table that says too much":       strings.Replace(good, "xref\n0 ", "xref\n0 9", 1),
		"without a table":                       strings.ReplaceAll(good, "startxref", "startxreg"),
		"with an entry that is no entry":        strings.Replace(good, " 00000 n", " 00000 x", 1),
		"with more objects than are allowed":    good,
		"with a dictionary that does not end":   strings.Replace(good, "/Type/Catalog", "/Type/Catalog)", 1),
		"with a root that is not in the table":  strings.Replace(good, "/Root 1 0 R", "/Root 1", 1),
		"with one page more than it may have":   string(sample.PDF("1", "2")),
		"with the beginning of another table":   strings.Replace(good, "xref\n0 ", "xref\n1 ", 1),
		"with a length that is no whole number": strings.Replace(good, "/Length ", "/Length (x) /L ", 1),
	} {
		limits := Limits{}.withDefaults([]byte(data))
		switch name {
		case "with more objects than are allowed":
			limits.Objects = 2
		case "with one page more than it may have":
			limits.Pages = 1
		default:
			require.NotEqual(t, good, data, name)
		}
		assert.Nil(t, readPlain([]byte(data), limits), name)
	}
	require.False(t, bytes.Contains([]byte(good), []byte("/Prev")))
}
