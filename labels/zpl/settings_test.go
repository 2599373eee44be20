package zpl_test

import (
	"os"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/zpl"
)

// fileOf is an input of testdata/cases, which the README there describes.
func fileOf(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/cases/" + name)
	require.NoError(t, err)
	return string(data)
}

func TestALabelPrintsWithWhatItsFileSetBefore(t *testing.T) {
	t.Parallel()
	const bars = "^XA^FO1,1^BC^FDx^FS^XZ"
	for name, test := range map[string]struct {
		file    string
		setting []string // of each label, in a format of its own
	}{
		"before the first start":                 {"^CF0,60\n^BY3,2,120\n" + bars, []string{"^CF0,60^BY3,2,120"}},
		"an encoding before the first start":     {"^CI28^XA^FDñ^FS^XZ", []string{"^CI28"}},
		"an encoding that nothing depends on":    {"^CI28^XA^FDn^FS^XZ", []string{""}},
		"an encoding that exchanges letters":     {"^CI0,36,21^XA^FDn^FS^XZ", []string{"^CI0,36,21"}},
		"an encoding with other signs":           {"^CI13^XA^FDa#1^FS^XZ", []string{"^CI13"}},
		"between two labels":                     {bars + "\n^LH9,9^FWR\n" + bars, []string{"", "^LH9,9^FWR"}},
		"in a label":                             {"^XA^LH9,9^LS5^LT-3^POI^PMY^JMB^PW700^LL900^FDa^FS^XZ^XA^FDb^FS^XZ", []string{"", "^LH9,9^LS5^LT-3^POI^PMY^JMB^PW700^LL900"}},
		"at the end of a label":                  {"^XA^FDa^FS^LRY^XZ^XA^FDb^FS^XZ", []string{"", "^LRY"}},
		"and undone":                             {"^XA^LRY^FDa^FS^LRN^XZ^XA^FDb^FS^XZ", []string{"", "^LRN"}},
		"which the label sets itself":            {"^XA^LH9,9^CF0,30^FDa^FS^XZ^XA^CFA,9,5^LH0,0^FDb^FS^XZ", []string{"", ""}},
		"which it sets too late":                 {"^XA^LH9,9^FDa^FS^XZ^XA^FO1,1^FDb^FS^LH0,0^XZ", []string{"", "^LH9,9"}},
		"whose last one counts":                  {"^XA^POI^FDa^FS^XZ^XA^FDb^FS^PON^XZ", []string{"", ""}},
		"in part":                                {"^XA^BY3,2,90^BCN^FDa^FS^XZ^XA^BY2^BCN^FDb^FS^XZ", []string{"", "^BY3,2,90"}},
		"part by part":                           {"^BY3,2,90^BY,,50" + bars, []string{"^BY3,2,90^BY,,50"}},
		"bars for text":                          {"^BY3^XA^FDb^FS^XZ", []string{""}},
		"letters for fonts":                      {"^CWW,E:A.TTF^CWV,E:B.TTF^CWW,E:C.TTF^XA^FDb^FS^XZ", []string{"^CWV,E:B.TTF^CWW,E:C.TTF"}},
		"in a set-up format and in a label":      {"^XA^LH9,9^XZ^XA^LH1,1^FDa^FS^XZ^XA^FDb^FS^XZ", []string{"", "^LH1,1"}},
		"after our reset":                        {"^LH9,9" + reset + "^XA^FDa^FS^XZ", []string{""}},
		"millimetres":                            {"^XA^MUm^FO5,5^FDa^FS^XZ^XA^FO5,5^FDb^FS^XZ", []string{"", "^MUm"}},
		"inches before the first start":          {"^MUI" + bars, []string{"^MUI"}},
		"a resolution":                           {"^XA^MUD,200,300^FDa^FS^XZ^XA^MUm^FDb^FS^XZ^XA^FDc^FS^XZ", []string{"", "^MUD,200,300", "^MUD,200,300^MUm"}},
		"a value in units that do not last":      {"^MUm^LH5,5^MUD^XA^FO9,9^FDa^FS^XZ", []string{"^MUm^LH5,5^MUD"}},
		"a value in units, then the label's own": {"^MUm^LH5,5^XA^MUD^FO9,9^FDa^FS^XZ", []string{"^MUm^LH5,5"}},
		"units behind values":                    {"^MUm^XA^PW90^MUD^FO9,9^FDa^FS^XZ", []string{"^MUm"}},
		"a template's":                           {"^XA^DFR:T^FS^LH9,9^FO1,1^FN1^FS^XZ^XA^XFR:T^FS^FN1^FDa^FS^XZ^XA^FDb^FS^XZ", []string{"", "^LH9,9"}},
		"for a template":                         {"^BY3^XA^DFR:T^FS^BC^FN1^FS^XZ^XA^XFR:T^FS^FN1^FDa^FS^XZ", []string{"^BY3"}},
		"other prefixes":                         {"^CC!!LH9,9!XA!FDa!FS!XZ", []string{"^LH9,9"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			units, report := zpl.Split([]byte(test.file))
			assert.Empty(t, report.Removed)
			assert.Equal(t, test.setting, lo.Map(units, func(u zpl.Unit, _ int) string { return settingsOf(string(u.Data)) }))
			for _, u := range units {
				again, _ := zpl.Split(u.Data)
				require.Len(t, again, 1)
				assert.Equal(t, string(u.Data), string(again[0].Data), "the same when it is read again")
			}
		})
	}
}

// settingsOf is what is set directly before a label's own format.
func settingsOf(data string) string {
	formats := strings.Split(strings.TrimSuffix(data, "\n"), "^XZ")
	formats = lo.Filter(formats, func(f string, _ int) bool { return f != "" && !strings.Contains(f, "^ID") })
	if len(formats) < 2 || strings.Contains(formats[len(formats)-2], "^FS") {
		return ""
	}
	return strings.TrimPrefix(strings.TrimSpace(formats[len(formats)-2]), "^XA")
}

func TestAnImageIsStoredWithWhatWasSetThen(t *testing.T) {
	t.Parallel()
	units, _ := zpl.Split([]byte("^LH9,9^XA^FO1,1^FDa^FS^ISR:P,N^XZ^LH0,0^XA^ILR:P^FDb^FS^XZ"))
	require.Len(t, units, 1)
	assert.Equal(t, "^XA^LH9,9^XZ^XA^FO1,1^FDa^FS^ISR:1.GRF,N^XZ\n^XA^LH0,0^XZ\n^XA^ILR:1.GRF^FDb^FS^XZ\n^XA^IDR:1.GRF^FS^XZ\n", withPlainNames(string(units[0].Data)))
}

func TestAFileThatSetsThingsOverAndOverStaysSmall(t *testing.T) {
	t.Parallel()
	units, _ := zpl.Split([]byte(strings.Repeat("^MUm^LH1,1^MUD^BY2^BY,,9^MUi^FLA.TTF,B.TTF,1^CWA,E:A.TTF", 500) + "^XA^BC^FDa^FS^XZ"))
	require.Len(t, units, 1)
	assert.Less(t, len(units[0].Data), 200)
}

func TestSettingsOfTheCasesCarryOver(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{
		"f06-cf-by-before-xa.zpl":     {"^CF0,60^BY3,2,120"},
		"f06-ci28-before-xa.zpl":      {"^CI28"},
		"f16-mu-mm-second-label.zpl":  {"", "^MUm^BY0.25"},
		"f17-lh-first-label-only.zpl": {"", "^LH80,80"},
	} {
		units, report := zpl.Split([]byte(fileOf(t, file)))
		assert.Empty(t, report.Removed, file)
		assert.Equal(t, want, lo.Map(units, func(u zpl.Unit, _ int) string { return settingsOf(string(u.Data)) }), file)
	}
}

func TestALabelsResolutionEndsWithIt(t *testing.T) {
	t.Parallel()
	got := string(joined(t, "", []byte("^XA^MUD,200,300^FDa^FS^XZ")))
	assert.Equal(t, reset+"^XA^MUD,200,300^FDa^FS^XZ\n^XA^MUD^MUD,200,200^XZ\n"+reset, got)
}
