// Package corpus holds label files made by others, for tests: begin with [ZPL] and [PDF]. README.md
// says where they come from. No program imports this package.
//
// It promises that a test never passes on an empty corpus: the files are embedded, and a missing or
// empty one ends the test.
package corpus

import (
	"embed"
	"io/fs"
	"path"
	"testing"
)

//go:embed zpl/*.zpl pdf/*.pdf
var files embed.FS

// ZPL returns carriers' labels by file name.
func ZPL(t testing.TB) map[string][]byte { return all(t, files, "zpl") }

// PDF returns files that trip PDF readers, by file name. Not all of them can be read.
func PDF(t testing.TB) map[string][]byte { return all(t, files, "pdf") }

// all returns the files of a kind. It ends the test if there are none, because a loop over nothing
// would pass.
func all(t testing.TB, files fs.FS, kind string) map[string][]byte {
	t.Helper()
	names, err := fs.Glob(files, path.Join(kind, "*."+kind))
	if err != nil {
		t.Fatalf("corpus: %v", err)
	}
	found := map[string][]byte{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil || len(data) == 0 {
			t.Fatalf("corpus: %s cannot be read or is empty: %v", name, err)
		}
		found[path.Base(name)] = data
	}
	if len(found) == 0 {
		t.Fatalf("corpus: there is no %s file", kind)
	}
	return found
}
