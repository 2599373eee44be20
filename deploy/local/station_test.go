package main

import (
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestThePackingTable sees the demo to its end: a pile comes out of the fake Zebra, three counts are equal,
// and the addresses that it names lead somewhere.
func TestThePackingTable(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	demo := startWholeDemo(t, filepath.Join(folder, "data"), "--orders", "40", "--new-orders", "20", "--env", env)
	demo.await(t, howToEnd)

	labels := demo.await(t, `printed a pile by keyboard: .*, (\d+) labels on zebra-1`)
	assert.Equal(t, labels, demo.await(t, `Page, manifest and printer count the same: (\d+)\.`))

	pairing := demo.await(t, `Packing table +(\S+)`)
	page, code, found := strings.Cut(pairing, "#")
	require.True(t, found, "the code stands where browsers do not send it")
	assert.GreaterOrEqual(t, len(code), 26)
	for _, address := range []string{page, demo.await(t, `Its Zebra +(\S+)`), demo.await(t, `Its office printer +(\S+)`)} {
		response, err := http.Get(address)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, http.StatusOK, response.StatusCode, address)
	}

	beside := exec.CommandContext(t.Context(), "sh", "-c", `. "$0" && "$1" pair --no-qr && "$1" printers list && "$1" devices list`, env, build(t, "station"))
	said, err := beside.CombinedOutput()
	require.NoError(t, err, string(said))
	for _, word := range []string{strings.TrimSuffix(page, "/pair") + "/pair#", "zebra-1", "oficina", "Ana"} {
		assert.Contains(t, string(said), word)
	}
	require.NoError(t, demo.interrupt(t))
}

// TestOneRollForEverything sees a run whose PDF labels became graphics printed at the packing table: the whole pile is
// ZPL, comes out of the Zebra, and is counted the same by page, manifest and printer.
func TestOneRollForEverything(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	result := filepath.Join(folder, "result.json")
	demo := startWholeDemo(t, filepath.Join(folder, "data"), "--orders", "40", "--new-orders", "0", "--one-roll", "--stock", "4x6in", "--json", result)
	demo.await(t, howToEnd)

	labels := demo.await(t, `printed a pile by keyboard: .*, (\d+) labels on zebra-1`)
	assert.Equal(t, labels, demo.await(t, `Page, manifest and printer count the same: (\d+)\.`))
	run := readFinished(t, demo, result, readReport(t, demo.await(t, `Sandbox report +(\S+)`)))
	requireBalancedBooks(t, run.result, run.manifest)
	require.NotEmpty(t, run.result.Files)
	for _, file := range run.result.Files {
		assert.Equal(t, "zpl", file.Format, file.Key)
	}
	require.NoError(t, demo.interrupt(t))
}
