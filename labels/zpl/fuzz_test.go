package zpl_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/zpl"
)

// FuzzSplit checks, for any bytes, that each label it returns is one label when it is read again,
// with nothing left to remove; that joining gives as many labels, nothing that could harm a printer,
// and the same when it is joined again; and that no label is lost without a word.
func FuzzSplit(f *testing.F) {
	const largest = 8 << 10 // larger inputs slow it down
	for _, data := range labelFiles(f) {
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
	for _, data := range cases(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		requireNothingLost(t, data)
		units, report := zpl.Split(data)
		sound := slices.DeleteFunc(units, func(u zpl.Unit) bool { return u.Broken != "" })
		for _, u := range sound {
			zpl.Texts(u)
			u.SizeInDots()
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
		once := out.String()
		assertHarmless(t, out.Bytes())
		n, err := zpl.Count(&out)
		require.NoError(t, err)
		require.Equal(t, joined.Units, n)
		var again bytes.Buffer
		_, err = zpl.Join(&again, sample.Each([]byte(once)))
		require.NoError(t, err)
		require.Equal(t, once, again.String())
	})
}

var changesPrefix = regexp.MustCompile(`(?i)C[\x00-\x1f]*[CT]`)

// requireNothingLost puts data between two labels: each of them is printed, or something is said.
// With other prefixes the last one may be the text of a comment.
func requireNothingLost(t *testing.T, data []byte) {
	if changesPrefix.Match(data) {
		return
	}
	const first, last = "FIRST-1001", "LAST-9009"
	units, report := zpl.Split(slices.Concat([]byte("^XA^FO1,1^FD"+first+"^FS^XZ\n"), data, []byte("\n^XA^FO1,1^FD"+last+"^FS^XZ")))
	if report.Broken != "" {
		return
	}
	found := map[string]bool{}
	said := len(report.Removed) > 0 || len(report.Repairs) > 0
	for _, u := range units {
		said = said || u.Broken != "" || len(u.Repairs) > 0
		for _, text := range zpl.Texts(u) {
			found[text] = true
		}
	}
	require.True(t, found[first])
	require.True(t, found[last] || said, "%q", data)
}

func cases(t testing.TB) [][]byte {
	names, err := filepath.Glob("testdata/cases/*.zpl")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	return lo.Map(names, func(name string, _ int) []byte {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		return data
	})
}
