package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAnArchiveThatIsNotAsItShouldBe is refused: this test's own program is none of a release.
func TestAnArchiveThatIsNotAsItShouldBe(t *testing.T) {
	t.Parallel()
	const name = "despacho_0.1.0_linux_amd64.tar.gz"
	content, err := os.ReadFile(packed(t, name))
	require.NoError(t, err)
	sumOf := func(content []byte) string {
		sum := sha256.Sum256(content)
		return hex.EncodeToString(sum[:])
	}
	whole := map[string]string{name: sumOf(content), name + ".cdx.json": sumOf([]byte("{}"))}
	for title, c := range map[string]struct {
		sums  map[string]string
		wrong []string
	}{
		"its sum is not told":      {nil, []string{"has another checksum"}},
		"its list has another sum": {lo.Assign(whole, map[string]string{name + ".cdx.json": "0a"}), []string{name + ".cdx.json has another checksum"}},
		"it lacks files, and its program was built otherwise": {whole, []string{
			"LICENSE is missing", "THIRD-PARTY.txt is missing", "worker was built with", "gateway: ",
		}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(folder, name), content, 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(folder, name+".cdx.json"), []byte("{}"), 0o600))
			err := tryArchive(folder, "linux", "amd64", c.sums)
			for _, part := range c.wrong {
				assert.ErrorContains(t, err, part)
			}
		})
	}
	assert.ErrorContains(t, tryArchive(t.TempDir(), "linux", "amd64", whole), "there are 0 files")
	_, err = readSums(t.TempDir())
	assert.ErrorContains(t, err, "there are 0 files")
}

func TestSumsAreReadByName(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "despacho_0.1.0_checksums.txt"), []byte("0a  one.zip\n0b  two.tar.gz\n"), 0o600))
	sums, err := readSums(folder)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"one.zip": "0a", "two.tar.gz": "0b"}, sums)
}
