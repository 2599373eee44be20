package pdf_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/pdf"
)

// Of each picture only the quarter in the upper left corner leaves a mark.
func TestPicturesAreMeasuredWhateverTheirColoursAre(t *testing.T) {
	t.Parallel()
	const size = "/Type/XObject/Subtype/Image/Width 8/Height 8"
	rows := func(upper, lower string) string { return strings.Repeat(upper, 4) + strings.Repeat(lower, 4) }
	tests := map[string]struct {
		picture string
		more    []string
		whole   bool
	}{
		"numbers of eight bits":  {stream(size+"/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 1 <FFFFFF000000>]", rows("\x01\x01\x01\x01\x00\x00\x00\x00", strings.Repeat("\x00", 8))), nil, false},
		"numbers of four bits":   {stream(size+"/BitsPerComponent 4/ColorSpace[/Indexed/DeviceGray 1 (\\377\\000)]", rows("\x11\x11\x00\x00", "\x00\x00\x00\x00")), nil, false},
		"numbers of two bits":    {stream(size+"/BitsPerComponent 2/ColorSpace[/Indexed/DeviceGray 2 <00FF>]", rows("\x00\x55", "\x55\x55")), nil, false},
		"numbers of one bit":     {stream(size+"/BitsPerComponent 1/ColorSpace[/Indexed/DeviceCMYK 1 7 0 R]", rows("\xf0", "\x00")), []string{stream("", "\x00\x00\x00\x00\x00\x00\x00\xff")}, false},
		"a colour without entry": {stream(size+"/BitsPerComponent 8/ColorSpace[/Indexed/DeviceGray 3 <FF>]", strings.Repeat("\x03", 64)), nil, true},
		"numbers turned round":   {stream(size+"/BitsPerComponent 1/Decode[1 0]/ColorSpace[/Indexed/DeviceGray 1 <FF00>]", rows("\xf0", "\x00")), nil, true},
		"black behind a mask": {stream(size+"/BitsPerComponent 8/ColorSpace/DeviceGray/SMask 7 0 R", strings.Repeat("\x00", 64)),
			[]string{stream(size+"/BitsPerComponent 8/ColorSpace/DeviceGray", rows("\xff\xff\xff\xff\x00\x00\x00\x00", strings.Repeat("\x00", 8)))}, false},
		"a smaller mask, turned round": {stream(size+"/BitsPerComponent 8/ColorSpace/DeviceGray/SMask 7 0 R", strings.Repeat("\x00", 64)),
			[]string{stream("/Type/XObject/Subtype/Image/Width 2/Height 2/BitsPerComponent 1/Decode[1 0]/ColorSpace/DeviceGray", "\x7f\xff")}, false},
		"a mask that only dims": {stream(size+"/BitsPerComponent 8/ColorSpace/DeviceGray/SMask 7 0 R", strings.Repeat("\x00", 64)),
			[]string{stream(size+"/BitsPerComponent 8/ColorSpace/DeviceGray", strings.Repeat("\x40", 64))}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := pdf.Check(withFont(helvetica, "q 80 0 0 80 0 0 cm /X1 Do Q", append([]string{test.picture}, test.more...)...), pdf.Limits{})
			require.NoError(t, err)
			right, bottom := 0.0, 0.0
			require.NoError(t, d.ReadMarks(0, func(m pdf.Mark) { right, bottom = max(right, m.Right), max(bottom, m.Bottom) }))
			want := 40.0
			if test.whole {
				want = 80
			}
			assert.InDelta(t, want, right, 0.1)
			assert.InDelta(t, 432-80+want, bottom, 0.1)
		})
	}
}
