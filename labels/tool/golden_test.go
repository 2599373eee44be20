package tool_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/tool"
	"github.com/despacho/despacho/labels/zpl"
)

var update = flag.Bool("update", false, "write the golden file anew")

// golden is what a file must give: its report, and of each ZPL label the texts
// and the SHA-256 of what is sent to the printer.
type golden struct {
	tool.Input
	Prints []goldenLabel `json:"prints,omitempty"`
}

type goldenLabel struct {
	Texts  []string `json:"texts"`
	SHA256 string   `json:"sha256"`
}

// TestGoldenLabels covers the labels of the corpus, where the folder is there,
// and our own. "go test ./labels/tool -run Golden -update" writes them anew.
func TestGoldenLabels(t *testing.T) {
	t.Parallel()
	const path = "testdata/golden.json"
	want := map[string]golden{}
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &want)
	}
	require.True(t, err == nil || *update && errors.Is(err, fs.ErrNotExist), err)
	got := map[string]golden{}
	for _, pattern := range []string{"../../../shared/corpus/zpl/*.zpl", "../../../shared/corpus/pdf/*.pdf", "../zpl/testdata/labels/*.zpl"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			got[filepath.Base(name)] = goldenOf(filepath.Base(name), data)
		}
	}
	if *update {
		maps.Copy(want, got)
		text, err := json.MarshalIndent(want, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(text, '\n'), 0o644))
	}
	for name := range got {
		assert.Equal(t, want[name], got[name], name)
	}
}

func goldenOf(name string, data []byte) golden {
	g := golden{Input: tool.Check(source(name, data))}
	if g.Kind != tool.ZPL {
		return g
	}
	units, _ := zpl.Split(data)
	for _, u := range units {
		sum := sha256.Sum256(u.Data)
		g.Prints = append(g.Prints, goldenLabel{Texts: zpl.IDs(u), SHA256: hex.EncodeToString(sum[:])})
	}
	return g
}
