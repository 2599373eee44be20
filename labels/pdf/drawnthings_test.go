package pdf_test

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/pdf"
)

// withResources is a page with resources and a drawing; further objects are numbered from 5.
func withResources(resources, content string, more ...string) []byte {
	return sample.PDFWithObjects(append([]string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources" + resources + "/Contents 4 0 R>>", stream("", content)}, more...)...)
}

const (
	grey    = "/Type/XObject/Subtype/Image/Width 32/Height 32/BitsPerComponent 8/ColorSpace/DeviceGray"
	drawn   = "q 99 0 0 99 9 9 cm /Im Do Q"
	isCut   = "page 1: its picture is cut short"
	sayCut  = "a picture on it is cut short"
	isLost  = "page 1: what it shows is missing in the file"
	sayLost = "a picture on it is missing in the file"
)

func TestResourcesAreFoundHoweverTheyAreNamed(t *testing.T) {
	t.Parallel()
	picture := stream(grey, strings.Repeat("\x10", 32*32))
	use := func(name string) string { return "q 99 0 0 99 9 9 cm /" + name + " Do Q" }
	const form = "/Type/XObject/Subtype/Form/BBox[0 0 1 1]"
	inStream := "5 0 <</XObject<</Im#1 6 0 R>>>>"
	tests := map[string]struct {
		data []byte
		want string // "" if the page shows something
	}{
		"a # at its end":              {withResources("<</XObject<</Im# 5 0 R>>>>", use("Im#"), picture), ""},
		"a # before one digit":        {withResources("<</XObject<</Im#1 5 0 R>>>>", use("Im#1"), picture), ""},
		"a # before letters":          {withResources("<</XObject<</Im#logo 5 0 R>>>>", use("Im#logo"), picture), ""},
		"two of them":                 {withResources("<</XObject<</#Im## 5 0 R>>>>", use("#Im##"), picture), ""},
		"one true and one odd":        {withResources("<</XObject<</A#42#x 5 0 R>>>>", use("AB#x"), picture), ""},
		"a zero byte":                 {withResources("<</XObject<</Im#00 5 0 R>>>>", use("Im#00"), picture), ""},
		"written two ways":            {withResources("<</XObject<</A#42 5 0 R>>>>", use("AB"), picture), ""},
		"written two ways, reversed":  {withResources("<</XObject<</AB 5 0 R>>>>", use("A#42"), picture), ""},
		"a blank":                     {withResources("<</XObject<</A#20B 5 0 R>>>>", use("A#20B"), picture), ""},
		"letters with accents":        {withResources("<</XObject<</Im\xe1gen 5 0 R>>>>", use("Im\xe1gen"), picture), ""},
		"in an object of its own":     {withResources(" 5 0 R", use("Im#1"), "<</XObject<</Im#1 6 0 R>>>>", picture), ""},
		"beside junk":                 {withResources("<<\n/Foo 4P0 R\n/XObject\n<<\n/Im 5 0 R 7\n>>\n>>", use("Im"), picture), ""},
		"in a form":                   {withResources("<</XObject<</F 5 0 R>>>>", use("F"), stream(form+"/Resources<</XObject<</Im#1 6 0 R>>>>", "/Im#1 Do"), picture), ""},
		"in a form without resources": {withResources("<</XObject<</F 5 0 R/Im 6 0 R>>>>", use("F"), stream(form, "/Im Do"), picture), ""},
		"inherited":                   {sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]/Resources<</XObject<</Im 5 0 R>>>>>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R>>", stream("", use("Im")), picture), ""},
		"inherited below null":        {sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]/Resources<</XObject<</Im 5 0 R>>>>>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources null/Contents 4 0 R>>", stream("", use("Im")), picture), ""},
		"inherited below nothing":     {sample.PDFWithObjects("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]/Resources<</XObject<</Im 5 0 R>>>>>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources 99 0 R/Contents 4 0 R>>", stream("", use("Im")), picture), ""},
		"resources that are a stream": {withResources(" 5 0 R", use("Im"), stream("/XObject<</Im 6 0 R>>", ""), picture), ""},
		"a key twice":                 {withResources("<</XObject<</Old 5 0 R>>/XObject<</Im 5 0 R>>>>", use("Im"), picture), ""},
		"a picture of no kind":        {withResources("<</XObject<</Im 5 0 R>>>>", use("Im"), strings.Replace(picture, "/Subtype/Image", "", 1)), ""},
		"a form of no kind":           {withResources("<</XObject<</Im 5 0 R>>>>", use("Im"), stream("/BBox[0 0 9 9]", "0 0 9 9 re f")), ""},
		"in a file that was updated":  {updated(withResources("<</XObject<</Im#1 6 0 R>>/Font<</F1 7 0 R>>>>", use("Im#1"), stream("", ""), picture, helvetica), "x"), ""},
		"in an object stream":         {[]byte("%PDF-1.5\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n2 0 obj <</Type/Pages/Count 1/Kids[3 0 R]>> endobj\n3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Resources 5 0 R/Contents 4 0 R>> endobj\n4 0 obj " + stream("", use("Im#1")) + " endobj\n6 0 obj " + picture + " endobj\n7 0 obj " + packed(fmt.Sprintf("/Type/ObjStm/N 1/First %d", strings.Index(inStream, "<<")), inStream) + " endobj\ntrailer <</Root 1 0 R>>"), ""},
		"a picture that is not there": {withResources("<</XObject<</Other 5 0 R>>>>", use("Im"), picture), isLost},
		"a picture that is a number":  {withResources("<</XObject<</Im 5 0 R>>>>", use("Im"), "7"), isLost},
		"no resources":                {withResources("<<>>", use("Im"), picture), isLost},
		"a program for printers":      {withResources("<</XObject<</Im 5 0 R>>>>", use("Im"), stream("/Type/XObject/Subtype/PS", "showpage")), isLost},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages, _ := summary(t, test.data)
			if test.want != "" {
				assert.Equal(t, []string{test.want}, pages)
				return
			}
			require.Len(t, pages, 1)
			assert.NotContains(t, pages[0], "blank")
			assert.NotContains(t, pages[0], "page 1")
			d, err := pdf.Check(test.data, pdf.Limits{})
			require.NoError(t, err)
			for _, stock := range []string{"as-is", "4x6in"} {
				shown := pictures(t, joinedOnto(t, stock, d.Data), 36, 1)
				require.Len(t, shown, 1)
				assert.True(t, hasInk(shown[0]), "%s: a reader shows what is drawn", stock)
			}
		})
	}
}

func hasInk(m *image.RGBA) bool {
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			if color.GrayModel.Convert(m.RGBAAt(x, y)).(color.Gray).Y < 128 {
				return true
			}
		}
	}
	return false
}

func zipped(t *testing.T, data []byte) string {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func photograph(t *testing.T) string {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 160, 160))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7919)
	}
	var out bytes.Buffer
	require.NoError(t, jpeg.Encode(&out, m, nil))
	return out.String()
}

func TestPicturesThatLackDataAreSaid(t *testing.T) {
	t.Parallel()
	whole := bytes.Repeat([]byte("\x00\x40\x80\xc0"), 32*32/4)
	noise := make([]byte, 32*32)
	for i := range noise {
		noise[i] = byte(i * i * 31)
	}
	photo := photograph(t)
	dct := strings.Replace(grey, "/Width 32/Height 32", "/Width 160/Height 160", 1) + "/Filter/DCTDecode"
	rows := zipped(t, bytes.Repeat(append([]byte{0}, bytes.Repeat([]byte{1}, 32)...), 32))
	const rowed = grey + "/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 32/Colors 1>>"
	tests := map[string]struct {
		object string
		cut    bool
	}{
		"raw":                       {stream(grey, string(whole)), false},
		"raw, a byte short":         {stream(grey, string(whole[:1023])), false},
		"raw, half":                 {stream(grey, string(whole[:512])), true},
		"raw, nothing":              {stream(grey, ""), true},
		"more than needed":          {stream(grey, string(whole)+"more"), false},
		"packed":                    {stream(grey+"/Filter/FlateDecode", zipped(t, whole)), false},
		"packed, half of the rows":  {stream(grey+"/Filter/FlateDecode", zipped(t, whole[:512])), true},
		"packed, data cut":          {stream(grey+"/Filter/FlateDecode", zipped(t, noise)[:100]), true},
		"packed, checksum lost":     {stream(grey+"/Filter/FlateDecode", zipped(t, whole)[:len(zipped(t, whole))-4]), false},
		"packed, no data":           {stream(grey+"/Filter/FlateDecode", "no flate"), true},
		"packed twice":              {stream(grey+"/Filter[/ASCIIHexDecode/FlateDecode]", fmt.Sprintf("%x>", zipped(t, whole))), false},
		"packed twice, half":        {stream(grey+"/Filter[/ASCIIHexDecode/FlateDecode]", fmt.Sprintf("%x>", zipped(t, whole[:512]))), true},
		"hexadecimal, half":         {stream(grey+"/Filter/ASCIIHexDecode", fmt.Sprintf("%x>", whole[:512])), true},
		"predicted":                 {stream(rowed, rows), false},
		"predicted, half":           {stream(strings.Replace(rowed, "/Height 32", "/Height 64", 1), rows), true},
		"colours":                   {stream(strings.Replace(grey, "DeviceGray", "DeviceRGB", 1), string(whole)), true},
		"a palette":                 {stream(strings.Replace(grey, "/DeviceGray", "[/Indexed/DeviceRGB 1<000000ffffff>]", 1), string(whole)), false},
		"a palette, half":           {stream(strings.Replace(grey, "/DeviceGray", "[/Indexed/DeviceRGB 1<000000ffffff>]", 1), string(whole[:512])), true},
		"a stencil":                 {stream("/Type/XObject/Subtype/Image/Width 64/Height 64/ImageMask true", string(whole[:512])), false},
		"a stencil, half":           {stream("/Type/XObject/Subtype/Image/Width 64/Height 64/ImageMask true", string(whole[:256])), true},
		"a photograph":              {stream(dct, photo), false},
		"a photograph without end":  {stream(dct, photo[:len(photo)-2]), false},
		"a photograph, half":        {stream(dct, photo[:len(photo)/2]), true},
		"a photograph, its header":  {stream(dct, photo[:100]), true},
		"a photograph, no data":     {stream(dct, ""), true},
		"a photograph, closed late": {stream(dct, photo[:len(photo)/2]+"\xff\xd9"), false}, // not looked at: it would be unpacked for each label
		"a photograph, closed soon": {stream(dct, photo[:360]+"\xff\xd9"), true},
		"JPEG 2000, cut":            {stream(grey+"/Filter/JPXDecode", "\xff\x4f\xff\x51 and so on"), true},
		"JPEG 2000":                 {stream(grey+"/Filter/JPXDecode", "\xff\x4f\xff\x51 and so on\xff\xd9"), false},
		"fax, no data":              {stream(strings.Replace(grey, "8/C", "1/C", 1)+"/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 32>>", ""), true},
		"fax, cut":                  {stream("/Type/XObject/Subtype/Image/Width 1728/Height 900/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 1728>>", "\x26\xa0\xd1"), true},
		"fax":                       {stream("/Type/XObject/Subtype/Image/Width 16/Height 4/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 16>>", "\xf0"), false},
		"an unknown way of packing": {stream(grey+"/Filter/Foo", "x"), false},
		"its mask is short":         {stream(grey+"/SMask 6 0 R", string(whole)), true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			short := stream(grey, "short")
			pages, _ := summary(t, withResources("<</XObject<</Im 5 0 R>>>>", drawn, test.object, short))
			assert.Equal(t, test.cut, pages[0] == isCut, pages[0])
			pages, changes := summary(t, withResources("<</XObject<</Im 5 0 R>>>>", drawn+" 150 150 20 20 re f", test.object, short))
			assert.NotContains(t, pages[0], "page 1", "something else is on it")
			if test.cut {
				assert.Equal(t, []string{sayCut}, changes)
			} else {
				assert.Empty(t, changes)
			}
			pages, changes = summary(t, withResources("<</XObject<</Im 5 0 R>>>>", "150 150 20 20 re f", test.object, short))
			assert.Equal(t, []string{""}, pages)
			assert.Empty(t, changes, "it is not drawn")
		})
	}
}

func TestInlinePicturesThatLackDataAreSaid(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		content string
		want    string
	}{
		"whole":                {"BI /W 8 /H 4 /BPC 8 /CS /G ID " + strings.Repeat("\x01", 32) + " EI", ""},
		"an EI among its data": {"BI /W 8 /H 4 /BPC 8 /CS /G ID " + strings.Repeat("\x01", 8) + " EI \x01\x01" + strings.Repeat("\x01", 18) + " EI", ""},
		"half":                 {"BI /W 8 /H 4 /BPC 8 /CS /G ID " + strings.Repeat("\x01", 16) + " EI", isCut},
		"long names":           {"BI /Width 8 /Height 4 /BitsPerComponent 8 /ColorSpace /DeviceGray ID " + strings.Repeat("\x01", 16) + " EI", isCut},
		"a stencil":            {"BI /W 8 /H 4 /IM true ID \x01\x01\x01\x01 EI", ""},
		"a stencil, cut":       {"BI /W 80 /H 40 /IM true ID \x01\x01\x01\x01 EI", isCut},
		"packed, cut":          {"BI /W 8 /H 40 /BPC 8 /CS /G /F [/AHx] ID 00ff00ff> EI", isCut},
		"packed in some way":   {"BI /W 8 /H 40 /BPC 8 /CS /G /F /CCF /DP <</K -1>> ID 00ff00ff EI", ""},
		"a palette":            {"BI /W 8 /H 4 /BPC 8 /CS [/I /RGB 1 <000000ffffff>] ID " + strings.Repeat("\x01", 32) + " EI", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pages, changes := summary(t, withResources("<<>>", "q 99 0 0 99 9 9 cm "+test.content+" Q"))
			assert.Equal(t, []string{test.want}, pages)
			assert.Empty(t, changes)
		})
	}
}

func TestAPictureThatIsMissingIsSaid(t *testing.T) {
	t.Parallel()
	pages, changes := summary(t, withResources("<<>>", drawn+" 150 150 20 20 re f"))
	assert.Equal(t, []string{""}, pages)
	assert.Equal(t, []string{sayLost}, changes)
}
