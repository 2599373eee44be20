package promised

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatIsNotKeptIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		lines []string
		wrong []string
	}{
		"all is as recorded":    {map[string]string{"0.1.0/ids.txt": "a\nb\n"}, []string{"b", "a"}, nil},
		"one is missing":        {map[string]string{"0.1.0/ids.txt": "a\nb\n"}, []string{"a"}, []string{"0.1.0 promises what is no longer so: b"}},
		"one is new":            {map[string]string{"0.1.0/ids.txt": "a\n"}, []string{"a", "b"}, []string{"not recorded in ids of 0.1.0: b"}},
		"another list counts":   {map[string]string{"0.1.0/keys.txt": "a\n"}, []string{"a"}, []string{"not recorded in ids of 0.1.0: a"}},
		"the newest list is it": {map[string]string{"0.9.0/ids.txt": "a\n", "0.10.0/ids.txt": "a\nb\n"}, []string{"a", "b"}, nil},
		"an earlier promise is dropped": {map[string]string{"0.1.0/ids.txt": "a\nb\n", "0.2.0/ids.txt": "a\n"}, []string{"a"},
			[]string{"0.1.0 promised it, and 0.2.0 neither keeps it nor names it in withdrawn.txt: b"}},
		"or withdrawn": {map[string]string{"0.1.0/ids.txt": "a\nb\n", "0.2.0/ids.txt": "a\n", "0.2.0/withdrawn.txt": "b\n"}, []string{"a"}, nil},
		"no release":   {nil, []string{"a"}, []string{"has no release"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			for path, text := range c.files {
				require.NoError(t, os.MkdirAll(filepath.Join(folder, filepath.Dir(path)), 0o750))
				require.NoError(t, os.WriteFile(filepath.Join(folder, path), []byte(text), 0o600))
			}
			wrong := compare(folder, "ids", c.lines)
			require.Len(t, wrong, len(c.wrong), strings.Join(wrong, "\n"))
			for i, part := range c.wrong {
				assert.Contains(t, wrong[i], part)
			}
		})
	}
}

func TestWhatIsRecordedIsKept(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	record(t, filepath.Join(folder, "0.1.0", "ids.txt"), []string{"b", "a", "b"})
	assert.Equal(t, []string{"a", "b"}, readLines(filepath.Join(folder, "0.1.0", "ids.txt")))
	assert.Empty(t, compare(folder, "ids", []string{"b", "a", "b"}))
}

func TestACommandLineIsListedWithoutItsHelp(t *testing.T) {
	t.Parallel()
	var grammar struct {
		Bucket string `env:"BUCKET" default:"despacho" help:"Where."`
		Do     struct {
			What   string `arg:"" help:"What."`
			Format string `short:"f" enum:"zpl,pdf" default:"zpl" help:"How."`
			Times  int    `required:"" help:"How often."`
		} `cmd:"" help:"Do it."`
	}
	parser, err := kong.New(&grammar, kong.Name("tool"))
	require.NoError(t, err)
	assert.Equal(t, []string{
		"tool --bucket string variable BUCKET default despacho",
		"tool do",
		"tool do --format -f one of zpl,pdf default zpl",
		"tool do --times int required",
		"tool do <what> string required",
	}, CommandLine(parser.Model.Node))
}
