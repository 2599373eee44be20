package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

func TestLabelFilesOfOnesOwn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	contents := map[string]string{
		"a.zpl":         "^XA^FO50,50^A0N,40,40^FDa carrier's own label^FS^FO50,120^BY2^BCN,100,Y,N,N^FD>:CARRIER-A^FS^XZ",
		"b.txt":         "\r\n^xa\r\n^fo30,30^a0n,30,30^fdanother one, in small letters^fs\r\n^xz\r\n",
		"paris/own.zpl": "^XA^FO50,50^A0N,40,40^FDof Paris alone^FS^XZ",
	}
	for name, content := range contents {
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	}

	run := runToEnd(t, "--orders", "60", "--labels", folder)

	t.Run("label every order", func(t *testing.T) {
		requireBalancedBooks(t, run.result, run.manifest)
		requireExpectedOutcomes(t, run)
		requireAskedOnce(t, run.report.Orders)
	})
	t.Run("are kept as they came", func(t *testing.T) {
		kept := map[string]int{}
		for _, path := range stored(t, filepath.Dir(filepath.Dir(run.folder)), "raw", "*", "*", "*") {
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			countFiles(content, kept)
		}
		for name, content := range contents {
			assert.NotZero(t, kept[content], name)
		}
	})
	t.Run("are printed, those of a provider's folder for its orders alone", func(t *testing.T) {
		printed := strings.Join(lo.Map(run.result.Files, func(f contract.PrintFile, _ int) string {
			content, err := os.ReadFile(run.path(t, f))
			require.NoError(t, err)
			return string(content)
		}), "")
		paris := lo.SumBy(run.result.Connections, func(c contract.ConnectionResult) int {
			return lo.Ternary(c.Channel == "paris", c.Outcomes[contract.Labelled], 0)
		})
		assert.Equal(t, paris, strings.Count(printed, "of Paris alone"))
		rest := strings.Count(printed, "a carrier's own label") + strings.Count(printed, "another one, in small letters")
		assert.Equal(t, run.result.Outcomes[contract.Labelled]-paris, rest)
	})
}

// countFiles counts the files by content in an archive and in the archives within it.
func countFiles(content []byte, counts map[string]int) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		counts[string(content)]++
		return
	}
	for _, entry := range archive.File {
		file, err := entry.Open()
		if err != nil {
			continue
		}
		inner, err := io.ReadAll(file)
		_ = file.Close()
		if err == nil {
			countFiles(inner, counts)
		}
	}
}
