package check_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/corpus"
	"github.com/despacho/despacho/labels/zpl"
)

var update = flag.Bool("update", false, "write the golden file anew")

// golden is what a file must give: its report, and for each ZPL label the texts and the SHA-256 of
// what is sent to the printer.
type golden struct {
	check.Input
	Prints []goldenLabel `json:"prints,omitempty"`
}

type goldenLabel struct {
	Texts  []string `json:"texts"`
	SHA256 string   `json:"sha256"`
}

// TestGoldenLabels covers the labels of the corpus and our own. "go test ./labels/check -run Golden
// -update" rewrites the golden file.
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
	for _, files := range []map[string][]byte{corpus.ZPL(t), corpus.PDF(t), ownLabels(t)} {
		for name, data := range files {
			got[name] = goldenOf(name, data)
		}
	}
	if *update {
		want = got
		text, err := json.MarshalIndent(got, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, append(text, '\n'), 0o644))
	}
	assert.ElementsMatch(t, lo.Keys(want), lo.Keys(got), "one report per file, one file per report")
	for name := range got {
		assert.Equal(t, want[name], got[name], name)
	}
}

// ownLabels are the files that we wrote for package zpl.
func ownLabels(t *testing.T) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("../zpl/testdata/labels/*.zpl")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	files := map[string][]byte{}
	for _, name := range names {
		files[filepath.Base(name)], err = os.ReadFile(name)
		require.NoError(t, err)
	}
	return files
}

func goldenOf(name string, data []byte) golden {
	g := golden{Input: check.File(context.Background(), source(name, data))}
	if g.Kind != check.ZPL {
		return g
	}
	units, _ := zpl.Split(data)
	for _, u := range units {
		sum := sha256.Sum256(u.Data)
		g.Prints = append(g.Prints, goldenLabel{Texts: zpl.Texts(u), SHA256: hex.EncodeToString(sum[:])})
	}
	return g
}
