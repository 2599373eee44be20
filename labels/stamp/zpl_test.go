package stamp_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/stamp"
	"github.com/despacho/despacho/labels/zpl"
)

var (
	first  = stamp.Stamp{Number: 12, Of: 50, Lines: []string{"2 × SKU-1", "1 × CAÑÓN_AZUL~^\\"}}
	second = stamp.Stamp{Number: 7, Of: 9, Lines: []string{"1 × OTRO"}}
	fields = regexp.MustCompile(`(?s)\^F[DV].*?\^FS`)
)

// carriersUnits returns every unit of the carriers' labels, by file name and number.
func carriersUnits(t testing.TB) map[string][]byte {
	t.Helper()
	units := map[string][]byte{"sample 1": sample.ZPL("Venta 2001", "44123456789")}
	for name, data := range corpus.ZPL(t) {
		cut, _ := zpl.Split(data)
		for i, u := range cut {
			units[name+strings.Repeat("'", i)] = u.Data
		}
	}
	return units
}

func TestStampedZPLKeepsEveryFieldOfTheCarrier(t *testing.T) {
	t.Parallel()
	for name, unit := range carriersUnits(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stamped, err := stamp.ZPL(unit, first)
			require.NoError(t, err)
			before, after := fields.FindAll(unit, -1), fields.FindAll(stamped.Data, -1)
			added := 0
			for _, field := range after {
				if i := slices.IndexFunc(before, func(b []byte) bool { return bytes.Equal(b, field) }); i >= 0 {
					before = slices.Delete(before, i, i+1)
					continue
				}
				added++
			}
			assert.Empty(t, before)
			assert.LessOrEqual(t, added, 3)
			assert.Contains(t, string(stamped.Data), "^FX DESPACHO-BEGIN^FS")
			assert.Contains(t, string(stamped.Data), "^FD12/50^FS")
			units, report := zpl.Split(stamped.Data)
			assert.Empty(t, report.Removed)
			assert.Empty(t, report.Repairs)
			assert.Len(t, units, lo.Ternary(stamped.Where == "slip", 2, 1))
			t.Log(stamped.Where, stamped.Notes)
		})
	}
}

func TestStampingZPLAgainReplacesTheStamp(t *testing.T) {
	t.Parallel()
	for name, unit := range carriersUnits(t) {
		once, err := stamp.ZPL(unit, first)
		require.NoError(t, err, name)
		again, err := stamp.ZPL(once.Data, second)
		require.NoError(t, err, name)
		straight, err := stamp.ZPL(unit, second)
		require.NoError(t, err, name)
		assert.Equal(t, string(straight.Data), string(again.Data), name)
		away, err := stamp.ZPL(again.Data, stamp.Stamp{})
		require.NoError(t, err, name)
		assert.Equal(t, once.Where, lo.Ternary(bytes.HasPrefix(once.Data, unit), "slip", once.Where))
		assert.Equal(t, string(unit), string(away.Data), name)
	}
}

func TestStampedZPLIsDrawnInTheLabelsOwnState(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ label, block string }{
		"an encoding of its own": {"^XA^CI27^FO40,40^A0N,30,30^FDx^FS^XZ", "^CI27^LH0,0^FX DESPACHO-END"},
		"no encoding":            {"^XA^FO40,40^A0N,30,30^FDx^FS^XZ", "^CI0^LH0,0^FX DESPACHO-END"},
		"an origin of its own":   {"^XA^CI28^LH5,15^FO40,40^A0N,30,30^FDx^FS^XZ", "^CI28^LH5,15^FX DESPACHO-END"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stamped, err := stamp.ZPL([]byte(test.label), first)
			require.NoError(t, err)
			assert.Contains(t, stamped.Where, "strip")
			assert.Contains(t, string(stamped.Data), "^FX DESPACHO-BEGIN^FS^CI28^LH0,0")
			assert.Contains(t, string(stamped.Data), test.block)
			assert.Contains(t, string(stamped.Data), "^FD1 _C3_97 CA_C3_91_C3_93N_5FAZUL_7E_5E_5C^FS")
		})
	}
}

func TestALabelWhoseFreePartsCannotBeToldGetsASlip(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string]string{
		"black all over":              "^FO0,0^GB812,1218,600^FS^FO9,9^FDx^FS",
		"a picture all over":          "^FO0,0^GFA,123824,123824,104,!" + strings.Repeat(":", 1190) + "^FS",
		"a picture that is not there": "^FO0,0^XGE:LABEL.GRF,1,1^FS^FDx^FS",
		"a barcode of unknown size":   "^FO10,10^B4N,20,A^FDx^FS",
		"millimetres":                 "^MUM^FO10,10^A0N,5,5^FDx^FS",
		"half the density":            "^JMB^FO10,10^A0N,5,5^FDx^FS",
		"a place behind another":      "^FO10,10^FDa^FS^FT^FDb^FS",
		"text all over":               "^FO0,0^A0N,600,100^FB812,2,0,L^FDx x x x x x x x x x^FS",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			label := "^XA^PW812^LL1218" + fields + "^XZ\n"
			stamped, err := stamp.ZPL([]byte(label), first)
			require.NoError(t, err)
			assert.Equal(t, "slip", stamped.Where)
			assert.NotEmpty(t, stamped.Notes)
			assert.True(t, bytes.HasPrefix(stamped.Data, []byte(label)))
			assert.Contains(t, string(stamped.Data[len(label):]), "^PW812^LL1218")
			units, report := zpl.Split(stamped.Data)
			assert.Empty(t, report.Removed)
			require.Len(t, units, 2)
			assert.Contains(t, string(units[1].Data), "^FD12/50^FS")
		})
	}
}

func TestAPictureIsFreeWhereItIsWhite(t *testing.T) {
	t.Parallel()
	half := "^GFA,123824,123824,104,!" + strings.Repeat(":", 600) + "," + strings.Repeat(":", 588)
	for name, label := range map[string]string{
		"in the format": "^XA^FO0,0" + half + "^FS^XZ",
		"downloaded":    "~DGR:DEMO.GRF,123824,104,!" + strings.Repeat(":", 600) + "," + strings.Repeat(":", 588) + "\n^XA^FO0,0^XGR:DEMO.GRF,1,1^FS^XZ",
		"deflated":      "^XA^FO0,0" + deflated(t, append(bytes.Repeat([]byte{0xff}, 600*104), make([]byte, 590*104)...), 104) + "^FS^XZ",
	} {
		stamped, err := stamp.ZPL([]byte(label), first)
		require.NoError(t, err, name)
		assert.Equal(t, "strip middle", stamped.Where, name)
	}
}

func TestLongListsAreShortened(t *testing.T) {
	t.Parallel()
	s := stamp.Stamp{Number: 3, Of: 4}
	for i := range 3000 {
		s.Lines = append(s.Lines, fmt.Sprintf("%d × SKU-MUY-LARGO-%d", i+1, i))
	}
	stamped, err := stamp.ZPL([]byte("^XA^FO40,40^A0N,30,30^FDx^FS^XZ"), s)
	require.NoError(t, err)
	assert.Regexp(t, `\+\d+ m_C3_A1s\^FS`, string(stamped.Data))
	assert.Len(t, stamped.Notes, 1)
	stamped, err = stamp.ZPL([]byte("^XA^FO40,40^A0N,30,30^FDx^FS^XZ"), stamp.Stamp{Number: 1, Lines: []string{strings.Repeat("W", 5000)}})
	require.NoError(t, err)
	assert.Contains(t, string(stamped.Data), "WW_E2_80_A6^FS")
}

func TestZPLRefusesWhatCannotBeStamped(t *testing.T) {
	t.Parallel()
	for name, label := range map[string]string{
		"nothing":           "",
		"a web page":        "<html>503</html>",
		"two labels":        "^XA^FDa^FS^XZ^XA^FDb^FS^XZ",
		"an empty label":    "^XA^FO1,1^XZ",
		"a label cut short": "^XA^FO1,1^FDabc",
		"only an old stamp": "^XA^FX DESPACHO-BEGIN^FS^FO1,1^FDa^FS^FX DESPACHO-END^FS^XZ",
		"another delimiter": "^XA^CDa^FDx^FS^XZ",
	} {
		_, err := stamp.ZPL([]byte(label), first)
		assert.Error(t, err, name)
	}
	for _, s := range []stamp.Stamp{{Number: -1}, {Number: 3, Of: 2}} {
		_, err := stamp.ZPL(sample.ZPL("x"), s)
		assert.Error(t, err)
	}
}

func TestWhatOnlyLooksLikeAStampStays(t *testing.T) {
	t.Parallel()
	for _, label := range []string{
		"^XA^FX DESPACHO-BEGIN^FS^FO9,9^BCN^FD123^FS^FX DESPACHO-END^FS^XZ\n",
		"^XA^FX DESPACHO-BEGIN^FS^FO9,9^FDnever ended^FS^XZ\n",
		"^XA^FO9,9^FDx^FS^FX DESPACHO-END^FS^XZ\n",
	} {
		stamped, err := stamp.ZPL([]byte(label), stamp.Stamp{})
		require.NoError(t, err)
		assert.Equal(t, label, string(stamped.Data))
	}
}

func deflated(t *testing.T, bits []byte, row int) string {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, err := w.Write(bits)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	text := base64.StdEncoding.EncodeToString(packed.Bytes())
	var sum uint16
	for _, c := range []byte(text) {
		sum ^= uint16(c) << 8
		for range 8 {
			carry := sum&0x8000 != 0
			sum <<= 1
			if carry {
				sum ^= 0x1021
			}
		}
	}
	return fmt.Sprintf("^GFA,%d,%d,%d,:Z64:%s:%04X", len(bits), len(bits), row, text, sum)
}

func BenchmarkZPL(b *testing.B) {
	label := sample.ZPL("Venta 2001", "Calle 1", "Calle 2", "Comuna", "44123456789")
	for b.Loop() {
		_, err := stamp.ZPL(label, first)
		require.NoError(b, err)
	}
}

func FuzzZPL(f *testing.F) {
	for _, unit := range carriersUnits(f) {
		f.Add(unit)
	}
	f.Add([]byte("~DGR:A.GRF,8,1,!:,:^XA^XGR:A^FS^FT9,9^B7R,3,,2^FDx^FS^FO1,1,1^A@B,,9^FB9,9^FDa\\&b^FS^XZ"))
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := stamp.ZPL(data, first)
		if err != nil {
			return
		}
		again, err := stamp.ZPL(once.Data, second)
		require.NoError(t, err)
		straight, err := stamp.ZPL(data, second)
		require.NoError(t, err)
		require.Equal(t, string(straight.Data), string(again.Data))
	})
}
