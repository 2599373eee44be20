package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// packed is an archive with this test's own program in it as worker, beside a text.
func packed(t *testing.T, name string) string {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	content, err := os.ReadFile(program)
	require.NoError(t, err)
	files := map[string][]byte{"despacho_0.1.0/worker": content, "despacho_0.1.0/README.md": []byte("# despacho")}
	var archive bytes.Buffer
	if strings.HasSuffix(name, ".zip") {
		packer := zip.NewWriter(&archive)
		for path, content := range files {
			entry, err := packer.Create(path)
			require.NoError(t, err)
			_, err = entry.Write(content)
			require.NoError(t, err)
		}
		require.NoError(t, packer.Close())
	} else {
		compressed := gzip.NewWriter(&archive)
		packer := tar.NewWriter(compressed)
		for path, content := range files {
			require.NoError(t, packer.WriteHeader(&tar.Header{Name: path, Mode: 0o755, Size: int64(len(content))}))
			_, err = packer.Write(content)
			require.NoError(t, err)
		}
		require.NoError(t, packer.Close())
		require.NoError(t, compressed.Close())
	}
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, archive.Bytes(), 0o600))
	return path
}

func TestAListNamesWhatAnArchivesProgramsAreLinkedWith(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"despacho_0.1.0_linux_amd64.tar.gz", "despacho_0.1.0_windows_amd64.zip"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := filepath.Join(t.TempDir(), "list.json")
			require.NoError(t, (&sbomCommand{Archive: packed(t, name), Out: out}).Run())
			content, err := os.ReadFile(out)
			require.NoError(t, err)
			var list cyclonedx.BOM
			require.NoError(t, json.Unmarshal(content, &list))
			assert.Equal(t, "CycloneDX", list.BOMFormat)
			assert.Equal(t, cyclonedx.SpecVersion1_6, list.SpecVersion)
			byName := lo.KeyBy(*list.Components, func(c cyclonedx.Component) string { return c.Name })
			require.Contains(t, byName, "worker")
			assert.Len(t, (*byName["worker"].Hashes)[0].Value, 64)
			kong := byName["github.com/alecthomas/kong"]
			assert.Equal(t, "pkg:golang/github.com/alecthomas/kong@"+kong.Version, kong.PackageURL)
			assert.Equal(t, "MIT", (*kong.Licenses)[0].License.ID)
			assert.Contains(t, byName, "std")
			require.Len(t, *list.Dependencies, 1)
			assert.Contains(t, *(*list.Dependencies)[0].Dependencies, kong.PackageURL)
		})
	}
}

func TestAnArchiveWithoutProgramsIsRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "empty.zip")
	var archive bytes.Buffer
	require.NoError(t, zip.NewWriter(&archive).Close())
	require.NoError(t, os.WriteFile(path, archive.Bytes(), 0o600))
	assert.ErrorContains(t, (&sbomCommand{Archive: path, Out: path + ".json"}).Run(), "no program of Go")
}
