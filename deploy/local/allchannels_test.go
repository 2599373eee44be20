package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

func TestARunOverAllChannels(t *testing.T) {
	t.Parallel()
	run := runToEnd(t, "--orders", "300")

	t.Run("completes with balanced books, and every order ends as it should", func(t *testing.T) {
		assert.Equal(t, contract.RunCompleted, run.result.State)
		assert.Equal(t, 300, run.result.Outcomes[contract.Labelled])
		requireBalancedBooks(t, run.result, run.manifest)
		requireExpectedOutcomes(t, run)
	})
	t.Run("every channel that labels has labelled orders", func(t *testing.T) {
		labelling := lo.FilterMap(channels.All(), func(c channels.Channel, _ int) (string, bool) { return c.Slug, c.Labels })
		assert.Len(t, labelling, 11)
		assert.ElementsMatch(t, labelling, labellingChannels(run.result))
	})
	t.Run("web shops are skipped, named and given a reason", func(t *testing.T) {
		skipped := skippedConnections(run.result)
		assert.Contains(t, lo.Map(skipped, func(c contract.ConnectionResult, _ int) string { return c.Channel }), "vtex")
		for _, c := range skipped {
			assert.NotEmpty(t, c.Name)
			assert.Regexp(t, "(is a web shop|does not list|makes no labels|labels only in CL)", c.Reason.Words, c.Name)
			assert.Contains(t, run.shown, c.Reason.Words)
		}
	})
	t.Run("nothing is asked for or sent twice", func(t *testing.T) {
		requireAskedOnce(t, run.report.Orders)
	})
	t.Run("there is a joined file a format, and Flex lies apart", func(t *testing.T) {
		files := lo.Map(run.result.Files, func(f contract.PrintFile, _ int) string { return f.Format + " " + f.Group })
		assert.ElementsMatch(t, []string{"pdf ", "zpl ", "zpl flex"}, files)
	})
	t.Run("the joined files hold each parcel's barcode once, in the order of the manifest", func(t *testing.T) {
		requirePrintedOnce(t, run)
	})
	t.Run("the files lie on this machine and are named, with the page that explains them", func(t *testing.T) {
		for _, name := range []string{"index.html", "manifest.json", "manifest.csv"} {
			path := filepath.Join(run.folder, name)
			assert.FileExists(t, path)
			assert.Contains(t, run.shown, path)
		}
		table, err := os.ReadFile(filepath.Join(run.folder, "manifest.csv"))
		require.NoError(t, err)
		assert.Len(t, lines(string(table)), 1+run.result.Requested)
	})
	t.Run("what it took is told", func(t *testing.T) {
		for _, figure := range []string{`seconds +[\d.]+`, `hub calls per label +[\d.]+ +without`, ` +[\d.]+ +with a status`, `activities per label +0\.\d+`, `events +\d+`, `peak memory +\d+ MB`} {
			assert.Regexp(t, figure, run.shown)
		}
	})
}

// labellingChannels are the channels with at least one labelled order.
func labellingChannels(result contract.RunResult) []string {
	return lo.Uniq(lo.FilterMap(result.Connections, func(c contract.ConnectionResult, _ int) (string, bool) {
		return c.Channel, c.Outcomes[contract.Labelled] > 0
	}))
}

func skippedConnections(result contract.RunResult) []contract.ConnectionResult {
	return lo.Filter(result.Connections, func(c contract.ConnectionResult, _ int) bool { return c.State == contract.ConnectionSkipped })
}

func lines(text string) []string { return strings.Split(strings.TrimSpace(text), "\n") }
