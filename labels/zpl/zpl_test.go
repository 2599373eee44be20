package zpl_test

import (
	"bytes"
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
	"github.com/despacho/despacho/labels/zpl"
)

// reset is before each label of a joined file and after the last one.
const reset = "^XA^MCY^PON^PMN^LRN^FWN^JMA^MUD^LH0,0^LS0^CVN^CI0^CFA,9,5^BY2,3,10^XZ\n"

var uniqueName = regexp.MustCompile(`L[A-Z2-7]{7}\.`)

// withPlainNames numbers the unique names of a unit.
func withPlainNames(text string) string {
	var names []string
	return uniqueName.ReplaceAllStringFunc(text, func(name string) string {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
		return fmt.Sprint(slices.Index(names, name)+1, ".")
	})
}

func TestSplitMakesAUnitOfEachLabel(t *testing.T) {
	t.Parallel()
	const label = "^XA^FO9,9^FDOrden 2001^FS^XZ"
	tests := map[string]struct {
		file  string
		units []string
	}{
		"a label":                   {label, []string{label}},
		"two labels":                {label + "\r\n" + label, []string{label, label}},
		"a set-up before each":      {"^XA^CI28^XZ" + label + "^XA^CI28^XZ" + label, []string{label, label}},
		"a set-up for all":          {"^XA^LH0,20^CI28^XZ" + label + label, []string{"^XA^LH0,20^XZ\n" + label, "^XA^LH0,20^XZ\n" + label}},
		"a set-up after the last":   {label + "^XA^MCY^XZ", []string{label}},
		"only a set-up":             {"^XA^MCY^XZ", nil},
		"nothing":                   {"", nil},
		"a format of blanks":        {"^XA^FO1,1^FD  ^FS^XZ", nil},
		"a byte order mark":         {"\xef\xbb\xbf" + label, []string{label}},
		"text around it":            {"hello\n" + label + "\nbye", []string{label}},
		"a doubled start":           {"^XA^LL1520\n^XA^FDx^FS^XZ", []string{"^XA^LL1520\n^FDx^FS^XZ"}},
		"a missing end before next": {"^XA^FDx^FS" + label, []string{"^XA^FDx^FS^XZ", label}},
		"a missing end at the end":  {"^XA^FO1,1^BCN^FDx^FS\n", []string{"^XA^FO1,1^BCN^FDx^FS\n^XZ"}},
		"small letters":             {"^xa^fdx^fs^xz", []string{"^xa^fdx^fs^xz"}},
		"a graphic that is brought and deleted": {
			"~DGR:DEMO.GRF,2,1,FFFF\n^XA^XGR:DEMO.GRF,1,1^FS^XZ^XA^IDR:DEMO.GRF^FS^XZ",
			[]string{"~DGR:1.GRF,2,1,FFFF\n^XA^XGR:1.GRF,1,1^FS^XZ\n^XA^IDR:1.GRF^FS^XZ"}},
		"the same name for two graphics": {
			"~DGR:A.GRF,1,1,0F^XA^XGR:A^FS^XZ~DGR:A.GRF,1,1,F0^XA^XGA.GRF^FS^XZ",
			[]string{"~DGR:1.GRF,1,1,0F\n^XA^XGR:1.GRF^FS^XZ\n^XA^IDR:1.GRF^FS^XZ", "~DGR:1.GRF,1,1,F0\n^XA^XGR:1.GRF^FS^XZ\n^XA^IDR:1.GRF^FS^XZ"}},
		"a template in flash for two labels": {
			"^XA^DFE:T^FS^FO1,1^FN1^FS^XZ^XA^XFE:T.ZPL^FS^FN1^FDa^FS^XZ^XA^XFE:T^FS^FN1^FDb^FS^XZ",
			[]string{
				"^XA^DFR:1.ZPL^FS^FO1,1^FN1^FS^XZ\n^XA^XFR:1.ZPL^FS^FN1^FDa^FS^XZ\n^XA^IDR:1.ZPL^FS^XZ",
				"^XA^DFR:1.ZPL^FS^FO1,1^FN1^FS^XZ\n^XA^XFR:1.ZPL^FS^FN1^FDb^FS^XZ\n^XA^IDR:1.ZPL^FS^XZ"}},
		"one name on two devices": {
			"~DGR:A.GRF,1,1,0F~DGE:A.GRF,1,1,F0^XA^XGE:A^FS^XGA^FS^XZ",
			[]string{"~DGR:1.GRF,1,1,F0\n~DGR:2.GRF,1,1,0F\n^XA^XGR:1.GRF^FS^XGR:2.GRF^FS^XZ\n^XA^IDR:1.GRF^FS^IDR:2.GRF^FS^XZ"}},
		"a label that is stored as a picture and shown again": {
			"^XA^FO1,1^FDa^FS^ISR:P,Y^XZ^XA^ILR:P^FDb^FS^XZ^XA^IDR:*.*^FS^XZ",
			[]string{"^XA^FO1,1^FDa^FS^ISR:1.GRF,Y^XZ\n^XA^IDR:1.GRF^FS^XZ",
				"^XA^FO1,1^FDa^FS^ISR:1.GRF,N^XZ\n^XA^ILR:1.GRF^FDb^FS^XZ\n^XA^IDR:1.GRF^FS^XZ"}},
		"an encoding for what follows": {
			"^XA^CI28^FDá^FS^XZ^XA^FDé^FS^XZ^XA^FDe^FS^XZ",
			[]string{"^XA^CI28^FDá^FS^XZ", "^XA^CI28^XZ\n^XA^FDé^FS^XZ", "^XA^FDe^FS^XZ"}},
		"joined labels":                   {"^XA^MCY^PON^PMN^LRN^FWN^JMA^MUD^LH0,0^LS0^CVN^CI0^CFA,9,5^BY2,3,10^XZ\n" + label, []string{label}},
		"the head of a driver":            {"CT~~CD,~CC^~CT~\n" + label, []string{label}},
		"binary data with prefixes in it": {"^XA^GFB,8,8,1,^XZ^XA~J^FDx^FS^XZ", []string{"^XA^GFA,8,8,1,5E585A5E58417E4A^FDx^FS^XZ"}},
		"packed data":                     {"^XA^GFA,64,64,8,:Z64:eJz73/ifIggAIHowAQ==:4C4B^FS^XZ", []string{"^XA^GFA,64,64,8,:Z64:eJz73/ifIggAIHowAQ==:4C4B^FS^XZ"}},
		"another prefix":                  {"^XA^CC!!FO1,1!FDa^b~c!FS!CC^^XZ", []string{"^XA^FO1,1^FH^FDa_5Eb~c^FS^XZ"}},
		"control characters for prefixes": {"\x1eXA\x1eFDx\x1eFS\x1eXZ", []string{"^XA^FDx^FS^XZ"}},
		"another delimiter":               {"^XA^CD;^FO1;1^A0N;9;9^FDa;b,c^FS^GFA;2;2;1;F0,0^FS^XZ", []string{"^XA^FO1,1^A0N,9,9^FDa;b,c^FS^GFA,2,2,1,F0,0^FS^XZ"}},
		"copies":                          {"^XA^FDx^FS^PQ5,1,0,Y^XZ", []string{"^XA^FDx^FS^PQ1^XZ"}},
		"one copy":                        {"^XA^FDx^FS^PQ1,0,1,Y^XZ", []string{"^XA^FDx^FS^PQ1,0,1,Y^XZ"}},
		"one copy with a pause":           {"^XA^FDx^FS^PQ1,1,1,Y^XZ", []string{"^XA^FDx^FS^PQ1^XZ"}},
		"another language in a text":      {"^XA^FH\\^FD! U1 do\\41@PJL^FS^FD! U1 a_b^FS^XZ", []string{`^XA^FH\^FD\21 U1 do\41\40PJL^FS^FH^FD_21 U1 a_5Fb^FS^XZ`}},
		"what no picture can hold":        {"^XA^GFA,1,1,1,F0\n! U1 do \"x\"\n^FDx^FS^XZ", []string{"^XA^GFA,10,10,1,F0!U1do^FDx^FS^XZ"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			units, report := zpl.Split([]byte(test.file))
			assert.Empty(t, report.Broken)
			got := lo.Map(units, func(u zpl.Unit, _ int) string {
				assert.Empty(t, u.Broken)
				return withPlainNames(strings.TrimSuffix(string(u.Data), "\n"))
			})
			assert.Equal(t, test.units, lo.Ternary(len(got) == 0, nil, got))
		})
	}
}

func TestSplitRefusesWhatMustNotBePrinted(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"a text cut short":                "^XA^FO1,1^BCN^FDx^FS^FO2,2^FDhal",
		"a label cut before its barcode":  "^XA^FO1,1^FDx^FS",
		"a graphic cut short":             "^XA^FO1,1^GFB,100,100,1,abc",
		"commands in a graphic's header":  "^XA^CC!!GF^JUS!GFB,1,^JUS,1,^!FDx!FS!CC^^XZ",
		"only a frame":                    "^XA^FO1,1^GB100,100,3^FS^XZ",
		"a name that is not its own":      "^XA^DFR:*.*^FS^FDx^FS^XZ^XA^XFR:*.*^FS^XZ",
		"more than a printer should hold": "^XA^FD" + strings.Repeat("x", 3<<20) + "^FS^XZ",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			units, _ := zpl.Split([]byte(file))
			require.Len(t, units, 1)
			assert.NotEmpty(t, units[0].Broken)
			_, err := zpl.Join(&bytes.Buffer{}, sample.Each([]byte(file)))
			var stopped *zpl.JoinError
			require.ErrorAs(t, err, &stopped)
			assert.Zero(t, stopped.Index)
		})
	}
	for _, file := range []string{"^XA^CDx^FO1x1^FDx^FS^XZ", "^XA^CCX", "^XA^CC~~FDx~FS~XZ"} {
		units, report := zpl.Split([]byte(file))
		assert.Empty(t, units, file)
		assert.NotEmpty(t, report.Broken, file)
	}
}

func TestWhatCouldHarmAPrinterIsTakenOut(t *testing.T) {
	t.Parallel()
	for _, harmful := range []string{
		"~JA", "~JR", "^JUS", "^JUF", "^KPsecret", "^KNname", "^NS1,2", "^MMC", "^MNY", "^MTD", "^MD30", "~SD30", "^PR6", "^MCN",
		"^IDE:*.*", "^IDR:*.*", "^TOE:A.GRF,R:A.GRF", "^HWE:", "~HS", "~WC", "^JIE:X.BAS", "~JD", "~EF", "^STx", "^SXO,A", "^CO", "^ZZ",
		"~DYE:X.NRD,A,NRD,4,,aabb", "~DYR:X.TTF,B,T,4,,\x00\x01^~", "~DUR:F,4,aabb", "~\nJR", "^ J^JUS",
		"\r\n! U1 do \"device.reset\" \"\"\r\n", "\x1b%-12345X@PJL RESET\r\n",
	} {
		for _, file := range []string{harmful + "\n^XA^FDx^FS^XZ", "^XA" + harmful + "^FDx^FS^XZ", "^XA^FDx^FS" + harmful + "^XZ", "^XA^FDx^FS^XZ" + harmful} {
			var out bytes.Buffer
			joined, err := zpl.Join(&out, sample.Each([]byte(file)))
			require.NoError(t, err, "%q", file)
			assert.Equal(t, 1, joined.Units)
			_, printed, _ := strings.Cut(strings.TrimSuffix(out.String(), reset), "^XZ\n")
			assert.Equal(t, "^XA^FDx^FS^XZ", strings.NewReplacer("\n", "", "\r", "", " ", "").Replace(printed), "%q", file)
		}
	}
}

func TestRemovedCommandsAreReported(t *testing.T) {
	t.Parallel()
	_, report := zpl.Split([]byte("junk^XA~JR^MMT^FDx^FS~JR^XZ"))
	assert.Equal(t, []zpl.Removed{{Command: "text", Count: 1},
		{Command: "~JR", Count: 2, Dangerous: "it resets the printer, cancels work or erases its memory"}, {Command: "^MMT", Count: 1}}, report.Removed)
	assert.Equal(t, "removed ^MMT ×1", report.Removed[2].String())
}

func TestATildeInATextIsText(t *testing.T) {
	t.Parallel()
	units, report := zpl.Split([]byte("^XA^FDmail ana~mail.cl ~ 5^FS^XZ"))
	require.Len(t, units, 1)
	assert.Empty(t, report.Removed)
	assert.Equal(t, []string{"mail ana~mail.cl ~ 5"}, zpl.Texts(units[0]))
}

func TestIDsGivesTextsAndBarcodeData(t *testing.T) {
	t.Parallel()
	for field, want := range map[string][]string{
		"^FDVenta 2001^FS":                            {"Venta 2001"},
		"^FH^FDCirc_C3_B3rdoba^FS":                    {"Circórdoba"},
		`^FH\^FDa\5Fb_5F^FS`:                          {"a_b_5F"},
		"^FDa_5F^FS":                                  {"a_5F"},
		"^FVfield^FS":                                 {"field"},
		"^FDC\xf3rdoba^FS":                            {"Córdoba"},
		"^BCN,160,N,N,N^FD>:42111126899^FS":           {"42111126899"},
		"^BCN^FD>;>842098028>89205^FS":                {"420980289205"},
		"^BCN^FDA>51234>6B^FS":                        {"A1234B"},
		"^BQN,2,5^FDQA,plain^FS":                      {"plain"},
		"^BQN,2,5^FDMM,Aplain^FS":                     {"plain"},
		`^BQN,2,5^FDLA,{"id":"433","sender_id":7}^FS`: {`{"id":"433","sender_id":7}`, "id", "433", "sender_id", "7"},
		"^BXN,4,200,20,20,6,_^FD_142098_1925^FS":      {"42098 925"},
		"^SN001,1,Y^FS":                               {"001"},
		"^BCN^FD>:43312\r\n678\n011^FS":               {"43312678011"},
	} {
		units, _ := zpl.Split([]byte("^XA^FO1,1" + field + "^XZ"))
		require.Len(t, units, 1, field)
		assert.Equal(t, want, zpl.Texts(units[0]), field)
	}
}

func TestFingerprintIsOfWhatTheLabelShows(t *testing.T) {
	t.Parallel()
	of := func(file string) [32]byte {
		units, _ := zpl.Split([]byte(file))
		require.Len(t, units, 1)
		return zpl.Fingerprint(units[0])
	}
	label := of("^XA^FO1,1^FDx^FS^FO2,2^GFA,1,1,1,F0^FS^XZ")
	assert.Equal(t, label, of("^XA^LH5,5\n^FX note^FS^FO9,9^FDx^FS\n^FO2,2^GFA,1,1,1,F0\n^FS^XZ"))
	assert.NotEqual(t, label, of("^XA^FO1,1^FDy^FS^FO2,2^GFA,1,1,1,F0^FS^XZ"))
	assert.NotEqual(t, label, of("^XA^FO1,1^FDx^FS^FO2,2^GFA,1,1,1,0F^FS^XZ"))
}

func TestJoinResetsBetweenLabels(t *testing.T) {
	t.Parallel()
	var out, again bytes.Buffer
	labels := [][]byte{[]byte("^XA^PW679^LL900^LT9^POI^FDa^FS^XZ"), []byte("^XA^FDb^FS^XZ^XA^PW400^FDc^FS^XZ"), []byte("^XA^PW500^FDd^FS^XZ")}
	joined, err := zpl.Join(&out, sample.Each(labels...))
	require.NoError(t, err)
	assert.Equal(t, 4, joined.Units)
	assert.Equal(t, []zpl.Place{{First: 1, Count: 1}, {First: 2, Count: 2}, {First: 4, Count: 1}}, joined.Places)
	parts := strings.Split(out.String(), reset)
	assert.Equal(t, []string{"", "^XA^PW679^LL900^LT9^POI^FDa^FS^XZ\n^XA^MUD^PW832^LL1218^LT0^XZ\n", "^XA^FDb^FS^XZ\n",
		"^XA^PW400^FDc^FS^XZ\n", "^XA^PW500^FDd^FS^XZ\n^XA^MUD^PW832^XZ\n", ""}, parts)

	n, err := zpl.Count(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	assert.Equal(t, 4, n)
	_, err = zpl.Join(&again, sample.Each(labels...))
	require.NoError(t, err)
	assert.Equal(t, out.Bytes(), again.Bytes())
}

func TestCountDoesNotTrustTheFile(t *testing.T) {
	t.Parallel()
	_, err := zpl.Count(strings.NewReader("^XA^CDx^XZ"))
	require.Error(t, err)
	_, err = zpl.Count(strings.NewReader("^XA^FD" + strings.Repeat("x", 8<<20)))
	require.Error(t, err)
	n, err := zpl.Count(strings.NewReader(""))
	require.NoError(t, err)
	assert.Zero(t, n)
}

var fields = regexp.MustCompile(`(?s)\^FD.*?\^FS`)

func TestCarriersLabelsOfTheCorpusPassWhole(t *testing.T) {
	t.Parallel()
	labels := map[string]int{"templating.zpl": 2}
	for name, data := range corpus.ZPL(t) {
		units, report := zpl.Split(data)
		want := max(1, labels[name])
		require.Len(t, units, want, name)
		assert.Empty(t, report.Broken, name)
		for _, u := range units {
			assert.Empty(t, u.Broken, name)
			if want == 1 && !bytes.Contains(data, []byte("^CC")) {
				assert.Equal(t, fields.FindAll(data, -1), fields.FindAll(u.Data, -1), "%s keeps every field", name)
			}
		}
		var out bytes.Buffer
		joined, err := zpl.Join(&out, sample.Each(data, data))
		require.NoError(t, err, name)
		n, err := zpl.Count(&out)
		require.NoError(t, err, name)
		assert.Equal(t, 2*want, n, name)
		assert.Equal(t, n, joined.Units, name)
	}
}

func ExampleJoin() {
	var out bytes.Buffer
	joined, err := zpl.Join(&out, sample.Each([]byte("^XA^FO20,20^FDfirst^FS^XZ"), []byte("^XA^FO20,20^FDsecond^FS^PQ2^XZ")))
	fmt.Println(joined.Units, joined.Places, err)
	// Output: 2 [{1 1} {2 1}] <nil>
}

func TestAFileThatUnfoldsTooFarIsRefused(t *testing.T) {
	t.Parallel()
	var chain strings.Builder
	for i := range 190 {
		fmt.Fprintf(&chain, "^XA^DFR:%d^FS^XFR:%d^FS^XZ", i, i-1)
	}
	for name, file := range map[string]string{
		"bytes":  "~DGR:A.GRF,1,1," + strings.Repeat("F", 1<<20) + strings.Repeat("^XA^XGR:A.GRF^FS^XZ", 150),
		"labels": strings.Repeat("^XA^FDx^FS^XZ", 100_001),
		"pieces": chain.String() + strings.Repeat("^XA^XFR:189^FS^FDx^FS^XZ", 1100),
	} {
		units, report := zpl.Split([]byte(file))
		assert.Empty(t, units, name)
		assert.Contains(t, report.Broken, "split", name)
	}
}
