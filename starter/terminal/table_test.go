package terminal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
)

func tableOf(t *testing.T, result contract.RunResult) []string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, WriteTable(&out, result))
	lines := strings.Split(out.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	return lines
}

func TestWriteTable(t *testing.T) {
	t.Parallel()

	t.Run("what was only assumed of a connection is noted", func(t *testing.T) {
		t.Parallel()
		lines := tableOf(t, contract.RunResult{Connections: []contract.ConnectionResult{
			{ID: "1", Channel: "walmart", Name: "Walmart", State: contract.ConnectionDone, Note: "taken as CL"}, {ID: "2", Channel: "paris", Name: "Paris", State: contract.ConnectionDone},
		}})
		assert.Contains(t, strings.Join(lines, "\n"), "note on channel\nWalmart walmart taken as CL\n")
		assert.NotContains(t, strings.Join(lines, "\n"), "Paris paris\n")
	})

	t.Run("one line per connection, each outcome that occurs, what was skipped, the files", func(t *testing.T) {
		t.Parallel()
		lines := tableOf(t, clienttest.Publish(t, clienttest.NewStore(t), "m1", "k1"))
		assert.Equal(t, []string{
			"connection channel requested labelled already_printed rejected state",
			"Tienda Ñandú mercadolibre 2 1 1 - done",
			"Falabella fcom 2 1 - 1 done",
			"total 4 2 1 1 completed",
			"",
			"skipped channel reason",
			"Web shopify Shopify is a web shop: the hub makes no labels for it",
			"",
			"file labels pages size sha256",
		}, lines[:9])
		assert.Regexp(t, `^runs/m1/k1/print/[0-9a-f]{12}\.zpl 1 - 15 B [0-9a-f]{11}…$`, lines[9])
		assert.Regexp(t, `^runs/m1/k1/print/[0-9a-f]{12}\.pdf 1 2 12 B [0-9a-f]{11}…$`, lines[10])
		assert.Equal(t, []string{"runs/m1/k1/manifest.json", "runs/m1/k1/manifest.csv"}, lines[11:13])
	})

	t.Run("a file of its own for a group is told", func(t *testing.T) {
		t.Parallel()
		lines := tableOf(t, contract.RunResult{Files: []contract.PrintFile{
			{Key: "p/1.zpl", Labels: 2, Bytes: 5, SHA256: "abc"}, {Key: "p/2.zpl", Labels: 1, Bytes: 5, SHA256: "def", Group: "flex"},
		}})
		assert.Equal(t, []string{"file labels pages size sha256 group", "p/1.zpl 2 - 5 B abc", "p/2.zpl 1 - 5 B def flex"}, lines[len(lines)-4:len(lines)-1])
	})

	t.Run("orders of no connection have a line, so that the columns add up", func(t *testing.T) {
		t.Parallel()
		lines := tableOf(t, contract.RunResult{
			State: contract.RunCompleted, Requested: 3, Outcomes: map[contract.Outcome]int{contract.Labelled: 2, contract.UnknownOrder: 1},
			Connections: []contract.ConnectionResult{{ID: "c1", State: contract.ConnectionDone, Requested: 2, Outcomes: map[contract.Outcome]int{contract.Labelled: 2}}},
		})
		assert.Equal(t, "(none) 1 - 1 orders of no connection", lines[2])
	})

	t.Run("a run that failed says why", func(t *testing.T) {
		t.Parallel()
		lines := tableOf(t, contract.RunResult{State: contract.RunFailed, Reason: contract.Reason{Words: "the store is away"}})
		assert.Equal(t, "total 0 - failed: the store is away", lines[1])
	})
}

func TestNumbersForPeople(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "1 row", Count(1, "row"))
	assert.Equal(t, "0 rows", Count(0, "row"))
	assert.Equal(t, []string{"12 B", "2 kB", "1.5 MB"}, []string{SizeWords(12), SizeWords(2048), SizeWords(3 << 19)})
}

func TestControlFilesStandInTheTable(t *testing.T) {
	t.Parallel()
	result := contract.RunResult{Controls: []contract.ControlFile{{Key: "p/9.pdf", Orders: 1, Pages: 1}}, Manifest: contract.ManifestKeys{JSON: "m"}}
	assert.Contains(t, strings.Join(tableOf(t, result), "\n"), "p/9.pdf control file, 1 order 1")
}
