package zpl_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/zpl"
)

func TestAFormatWithoutItsStartIsOpened(t *testing.T) {
	t.Parallel()
	const whole, headless = "^XA^FDone^FS^XZ", "^FO1,1^BCN^FD2001^FS^XZ"
	opened := []string{"a format without its start (^XA) was opened"}
	removed := func(commands ...string) []zpl.Removed {
		return lo.Map(commands, func(c string, _ int) zpl.Removed { return zpl.Removed{Command: c, Count: 1} })
	}
	for name, test := range map[string]struct {
		file    string
		units   []string
		repairs []string
		removed []zpl.Removed
	}{
		"after a label":                {whole + "^FDtwo^FS^XZ", []string{whole, "^XA^FDtwo^FS^XZ"}, opened, nil},
		"between two":                  {whole + headless + whole, []string{whole, "^XA" + headless, whole}, opened, nil},
		"at the beginning":             {headless + whole, []string{"^XA" + headless, whole}, opened, nil},
		"with a template's definition": {whole + "^DFR:T^FS^FN1^FS^XZ^XA^XFR:T^FS^FN1^FDa^FS^XZ", []string{whole, "^XA^DFR:1.ZPL^FS^FN1^FS^XZ\n^XA^XFR:1.ZPL^FS^FN1^FDa^FS^XZ\n^XA^IDR:1.ZPL^FS^XZ"}, opened, nil},
		"and without its end":          {whole + "^FO1,1^FDx" + whole, []string{whole, whole}, nil, removed("^FO", "^FD")},
		"that prints nothing":          {whole + "^LH9,9^FS^XZ" + whole, []string{whole, "^XA^LH9,9^XZ\n" + whole}, nil, removed("^FS", "^XZ")},
		"a comment outside formats":    {"^FX remark^FS" + whole, []string{whole}, nil, removed("^FX", "^FS")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			units, report := zpl.Split([]byte(test.file))
			var got, repairs []string
			for _, u := range units {
				assert.Empty(t, u.Broken)
				got = append(got, withPlainNames(string(u.Data[:len(u.Data)-1])))
				repairs = append(repairs, u.Repairs...)
			}
			assert.Equal(t, test.units, got)
			assert.Equal(t, test.repairs, repairs)
			assert.Equal(t, test.removed, report.Removed)
		})
	}
}

func TestALabelThatWouldPrintBlankIsRefused(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"it lost its beginning":           "A0N,9^FDhalf^FS^FO1,1^FDlabel^FS^XZ",
		"its template is elsewhere":       "^XA^XFE:T.ZPL^FS^FN1^FDx^FS^FO1,1^GB9,9,9^FS^XZ",
		"its only graphic is elsewhere":   "^XA^FO1,1^XGE:LOGO.GRF,1,1^FS^XZ",
		"a template's template is absent": "^XA^DFR:A^FS^XFR:B^FS^XZ^XA^XFR:A^FS^FN1^FDx^FS^XZ",
	} {
		units, _ := zpl.Split([]byte(file))
		require.Len(t, units, 1, name)
		assert.NotEmpty(t, units[0].Broken, name)
	}
	units, _ := zpl.Split([]byte("^XA^FO1,1^GFA,8,8,1,00G0:,,\n^FS^XZ"))
	assert.Empty(t, units, "a white graphic")
	units, _ = zpl.Split([]byte("^XA^FO1,1^XGE:LOGO.GRF,1,1^FS^FO9,9^FDx^FS^XZ"))
	require.Len(t, units, 1)
	assert.Empty(t, units[0].Broken)
	assert.Equal(t, []string{`it recalls "LOGO.GRF", which is not in the file: that part may stay blank`}, units[0].Repairs)
}

func TestDangerousCommandsAreMarked(t *testing.T) {
	t.Parallel()
	const label = "^XA^FO1,1^FDx^FS^XZ"
	for kind, files := range map[string][]string{
		"storage":     {"~DGE:*.GRF,1,1,00", "~DYE:X.TTF,A,T,1,,00", "~DUR:X.FNT,1,00", "^XA^IDE:*.*^FS^XZ", "^XA^TOR:A.GRF,E:A.GRF^XZ", "^XA^CMR,E,B,A^XZ", "~EG"},
		"network":     {"^XA^NS1,2^XZ", "^XA^ND2,P^XZ", "~NR", "^XA^WPa,b^XZ", "^XA^SC9600^XZ"},
		"password":    {"^XA^KPsecret^XZ"},
		"calibration": {"~JC", "~JG", "~TA020", "^XA^SS1^XZ", "^XA^SR900^XZ", "^XA^XS^XZ"},
		"settings":    {"^XA^JUS^XZ", "^XA^ST01^XZ", "^XA^MPD^XZ", "^XA^SXA^XZ"},
		"host":        {"~HS", "~HI", "^XA^HWE:^XZ", "~WC", "^XA^HH^XZ", "^XA^LF^XZ"},
		"programs":    {"^XA^JIE:X.BAS^XZ", "~JI"},
		"reset":       {"~JR", "~JA"},
		"PJL":         {"\x1b%-12345X@PJL RESET\r\n"},
		"set/get/do":  {"! U1 do \"device.reset\" \"\"\r\n"},
		"CPCL":        {"! 0 200 200 400 1\r\nTEXT 4 0 30 40 x\r\nPRINT\r\n"},
		"EPL":         {"\nN\r\nq812\r\nA50,50,0,3,1,1,N,\"x\"\r\nP1\r\n", "\nGK\"logo\"\r\n"},
		"TSPL":        {"SIZE 100 mm,150 mm\r\nCLS\r\nPRINT 1\r\n", "KILL \"*\"\r\n"},
		"PostScript":  {"%!PS-Adobe-3.0\nshowpage\n"},
		"ESC/POS":     {"\x1b@x\x1dV\x00"},
	} {
		for _, file := range files {
			units, report := zpl.Split([]byte(label + "\n" + file + label))
			require.Len(t, units, 2, "%s %q", kind, file)
			require.NotEmpty(t, report.Removed, "%s %q", kind, file)
			assert.NotEmpty(t, report.Removed[0].Dangerous, "%s %q", kind, file)
		}
	}
	for _, harmless := range []string{"^XA^MMT^XZ", "^XA^MD9^PR4^XZ", "~SD20", "hello\nSIZE of the parcel", "~PS", "^XA^SP9^XZ"} {
		_, report := zpl.Split([]byte(label + "\n" + harmless + label))
		require.NotEmpty(t, report.Removed, harmless)
		assert.Empty(t, report.Removed[0].Dangerous, harmless)
	}
}

func TestLineEndsStandAnywhere(t *testing.T) {
	t.Parallel()
	const file = "^X\r\nA^F\nO40,\r\n40^A0N,4\n0\r\n,40\n^F\r\nDa\nb^F\nS\n^GFA,1,\n1,1,F\n0^F\nS^X\rZ"
	units, report := zpl.Split([]byte(file))
	require.Len(t, units, 1)
	assert.Empty(t, report.Removed)
	assert.Equal(t, "^XA^FO40,\r\n40^A0N,4\n0\r\n,40\n^FDa\nb^FS\n^GFA,1,1,1,F\n0^FS^XZ", string(units[0].Data[:len(units[0].Data)-1]))
	_, report = zpl.Split([]byte("^XA^PW800\njunk\n^FO40,40\n^FDx^FS^XZ"))
	assert.Equal(t, []zpl.Removed{{Command: "text", Count: 1}}, report.Removed)
}

func TestJustificationEndsWithItsLabel(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := zpl.Join(&out, sample.Each([]byte("^XA^FWR,1^FDa^FS^XZ"), []byte("^XA^FDb^FS^FWN,1^FDc^FS^XZ"), []byte("^XA^FWI^FDd^FS^XZ")))
	require.NoError(t, err)
	assert.Equal(t, []string{"", "^XA^FWR,1^FDa^FS^XZ\n^XA^MUD^FWN,2^XZ\n", "^XA^FDb^FS^FWN,1^FDc^FS^XZ\n^XA^MUD^FWN,2^XZ\n", "^XA^FWI^FDd^FS^XZ\n", ""},
		strings.Split(out.String(), reset))
}
