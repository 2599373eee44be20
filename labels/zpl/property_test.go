package zpl_test

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
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

// labelFiles are carriers' labels, and a few of our own.
func labelFiles(t testing.TB) map[string][]byte {
	t.Helper()
	own, err := filepath.Glob("testdata/labels/*.zpl")
	require.NoError(t, err)
	require.NotEmpty(t, own)
	files := corpus.ZPL(t)
	for _, name := range own {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	return files
}

var (
	fieldOrGraphic = regexp.MustCompile(`(?s)\^F[DV](.*?)\^FS|\^GF(.*?)\^FS|~DG[^,]*(,[^~^]*)`)
	binaryHeader   = regexp.MustCompile(`^B(,[0-9]+){3},`)
	lineEnds       = strings.NewReplacer("\r", "", "\n", "")
)

// printedBy are the fields and graphics of a file, sorted, read without the package's tokenizer so
// that it cannot be wrong in the same way.
func printedBy(data []byte) []string {
	printed := lo.Map(fieldOrGraphic.FindAllSubmatch(data, -1), func(found [][]byte, _ int) string {
		if size := binaryHeader.Find(found[2]); size != nil { // written anew as hexadecimal
			return fmt.Sprintf("A%s%X", size[1:], found[2][len(size):])
		}
		return lineEnds.Replace(string(bytes.Join(found[1:], nil)))
	})
	slices.Sort(printed)
	return printed
}

// changes do not affect what a file prints: each inserts what other labels' makers wrote, or what
// an attacker would.
var changes = map[string]func(file string, r *rand.Rand) string{
	"commands within a label": func(file string, r *rand.Rand) string {
		bad := []string{"~JR", "^MMT", "^MNY", "^MD30", "~SD15", "^PR6,6", "~JSN", "^JUS", "^KPsecret", "^MCN", "~HS", "^XB", "\r\n", "~DYE:X.TTF,A,T,2,,00", "^IDR:*.*"}
		return atSome("^FS", file, r, func() string { return "^FS" + bad[r.IntN(len(bad))] })
	},
	"text and formats around labels": func(file string, r *rand.Rand) string {
		bad := []string{"junk", "\x1b%-12345X@PJL RESET\r\n", "! U1 setvar \"a\" \"b\"\r\n", "^XA^JUF^XZ", "^XA^MCY^XZ", "~WC", "^XA^IDE:*.*^FS^XZ", "^JIE:X.BAS"}
		return atSome("^XZ", file, r, func() string { return "^XZ\n" + bad[r.IntN(len(bad))] + "\n" })
	},
	"doubled starts": func(file string, r *rand.Rand) string {
		return atSome("^XA", file, r, func() string { return "^XA\n^XA" })
	},
	"copies": func(file string, r *rand.Rand) string {
		return atSome("^XZ", file, r, func() string { return "^PQ5,0,1,Y^XZ" })
	},
	"another prefix": func(file string, _ *rand.Rand) string {
		if strings.Contains(file, "|") || strings.Contains(file, "CC") {
			return file
		}
		return "^CC|" + strings.ReplaceAll(file, "^", "|") + "|CC^"
	},
	"line ends": func(file string, _ *rand.Rand) string { return strings.ReplaceAll(file, "\n", "\r\n") },
}

func atSome(mark, file string, r *rand.Rand, put func() string) string {
	parts := strings.Split(file, mark)
	var out strings.Builder
	for i, part := range parts {
		out.WriteString(part)
		if i == len(parts)-1 {
			break
		}
		out.WriteString(lo.Ternary(r.IntN(4) == 0, put(), mark))
	}
	return out.String()
}

func TestWhatPrintsStaysTheSame(t *testing.T) {
	t.Parallel()
	files := labelFiles(t)
	delete(files, "templating.zpl") // a template's fields are in each of its labels
	delete(files, "template.zpl")
	delete(files, "serials.zpl") // copies of its label are labels of their own
	kinds := slices.Sorted(maps.Keys(changes))
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		original := files[name]
		plain := joined(t, name, original)
		if name != "lines.zpl" && !bytes.Contains(original, []byte("CC")) { // the pattern would not find the fields of these files
			require.Equal(t, printedBy(original), printedBy(plain), name)
		}
		if bytes.Contains(original, []byte("^GFB")) { // textual changes would change its data
			continue
		}
		for range 25 {
			changed := string(original)
			kinds := lo.Samples(kinds, 1+r.IntN(3))
			slices.Sort(kinds) // "another prefix" first: what is inserted afterwards uses the default ones
			for _, kind := range slices.Backward(kinds) {
				changed = changes[kind](changed, r)
			}
			got := joined(t, name, []byte(changed))
			require.Equal(t, printedBy(plain), printedBy(got), "%s with %v", name, kinds)
			for _, harmful := range []string{"~JR", "^JU", "^KP", "^MCN", "~HS", "@PJL", "! U1", "E:", "^JI", "*.*"} {
				if !bytes.Contains(original, []byte(harmful)) {
					require.NotContains(t, string(got), harmful, "%s with %v", name, kinds)
				}
			}
		}
	}
}

func joined(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := zpl.Join(&out, sample.Each(data))
	require.NoError(t, err, "%s\n%s", name, data)
	return out.Bytes()
}

func TestLabelsOfTwoCarriersShareNoName(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	const label = "~DGR:DEMO.GRF,1,1,%s\n^XA^XGR:DEMO.GRF,1,1^FS^XZ^XA^IDR:DEMO.GRF^FS^XZ"
	_, err := zpl.Join(&out, sample.Each([]byte(strings.ReplaceAll(label, "%s", "0F")), []byte(strings.ReplaceAll(label, "%s", "F0")),
		[]byte("^XA^XGR:DEMO.GRF,1,1^FS^FDno graphic of its own^FS^XZ")))
	require.NoError(t, err)
	names := regexp.MustCompile(`~DGR:(\w+\.GRF)`).FindAllStringSubmatch(out.String(), -1)
	require.Len(t, names, 2)
	assert.NotEqual(t, names[0][1], names[1][1])
	for _, name := range names {
		assert.NotEqual(t, "DEMO.GRF", name[1])
		assert.Equal(t, 3, strings.Count(out.String(), name[1]), "brought, shown, deleted")
	}
}
