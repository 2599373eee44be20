package zpl_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/zpl"
)

// FuzzSplit holds for any bytes: what is given out as a label is one label when
// it is read again, with nothing left to remove, and joins to as many labels.
func FuzzSplit(f *testing.F) {
	const largest = 8 << 10 // larger ones slow it down
	for _, data := range corpus(f) {
		if len(data) < largest {
			f.Add(data)
		}
	}
	f.Add(sample.ZPL("Venta", "2001"))
	f.Add([]byte("~DGR:A.GRF,2,1,FFFF^XA^XGR:A^FS^XZ^XA^IDR:*.*^FS^XZ"))
	f.Add([]byte("^XA^DFE:T^FS^FN1^FS^XZ^XA^XFE:T^FS^FN1^FDa^FS^PQ3^XZ"))
	f.Add([]byte("^XA^CC!!FH!FDa^b_41!FS!GFB,3,3,1,^~!!CC^^FX x^FS^XZ"))
	f.Add([]byte("^XA^FDx^FS~DYR:A,B,P,3,,^~^^XGA.PNG^FS\x1eXZ"))
	f.Add([]byte("^XA^CD;^FO1;2^GFA;1;1;1;F,0^FD! U1 do \"x\"^ISR:A;Y^XZ^XA^ILR:A^FDé^FL1,2^CWW,E:A.TTF^XZ"))
	f.Fuzz(func(t *testing.T, data []byte) {
		units, report := zpl.Split(data)
		sound := slices.DeleteFunc(units, func(u zpl.Unit) bool { return u.Broken != "" })
		for _, u := range sound {
			zpl.IDs(u)
			u.Size()
			again, reportAgain := zpl.Split(u.Data)
			require.Empty(t, reportAgain.Broken)
			require.Len(t, again, 1, "%q", u.Data)
			require.Empty(t, reportAgain.Removed, "%q", u.Data)
			require.Equal(t, string(u.Data), string(again[0].Data))
		}
		if report.Broken != "" || len(units) == 0 || len(sound) < len(units) {
			return
		}
		var out bytes.Buffer
		joined, err := zpl.Join(&out, sample.Each(data))
		require.NoError(t, err)
		n, err := zpl.Count(&out)
		require.NoError(t, err)
		require.Equal(t, joined.Units, n)
	})
}
