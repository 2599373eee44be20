package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

func TestPaperAndOrder(t *testing.T) {
	t.Parallel()
	bins := filepath.Join(t.TempDir(), "bins.csv")
	require.NoError(t, os.WriteFile(bins, []byte("sku,bin\nNOTHING,A-1\n"), 0o600))

	run := runToEnd(t, "--orders", "60", "--stock", "a4-4up", "--start", "3", "--sort", "bin,deadline", "--reverse", "--bins", bins,
		"--group", "channel", "--part", "5", "--stamp", "--lists", "--separators")

	requireBalancedBooks(t, run.result, run.manifest)
	t.Run("the manifest states them", func(t *testing.T) {
		assert.Equal(t, "bin,deadline,reverse", run.manifest.Sort)
		assert.Equal(t, contract.GroupChannel, run.manifest.Group)
	})
	t.Run("the first PDF label takes the slot that it should, after the page before it", func(t *testing.T) {
		first, found := lo.Find(printedLabels(run.manifest), func(l contract.PrintedLabel) bool { return l.Format == "pdf" })
		require.True(t, found)
		assert.Equal(t, []int{1, 4}, []int{first.First, first.Slot})
	})
	t.Run("no file holds more labels than it may, and Flex lies apart", func(t *testing.T) {
		require.NotEmpty(t, printedLabels(run.manifest))
		for file, labels := range lo.GroupBy(printedLabels(run.manifest), func(l contract.PrintedLabel) string { return l.File }) {
			assert.LessOrEqual(t, len(labels), 5, file)
		}
		group := lo.SliceToMap(run.result.Files, func(f contract.PrintFile) (string, string) { return f.Key, f.Group })
		for _, row := range run.manifest.Rows {
			for _, label := range lo.Filter(row.Labels, func(l contract.PrintedLabel, _ int) bool { return l.File != "" }) {
				apart := channels.ModeOf(row.Channel, row.ShippingMode).OwnPile
				assert.Equal(t, row.Channel+lo.Ternary(apart, " flex", ""), group[label.File])
			}
		}
	})
	t.Run("the page names the files and the lists", func(t *testing.T) {
		content, err := os.ReadFile(filepath.Join(run.folder, "index.html"))
		require.NoError(t, err)
		for _, kind := range []string{"picking", "packing"} {
			assert.Contains(t, string(content), `href="`+kind+"-"+run.result.Run+`.pdf"`)
			assert.FileExists(t, filepath.Join(run.folder, kind+"-"+run.result.Run+".xlsx"))
		}
		for _, file := range run.result.Files {
			assert.Contains(t, string(content), `href="`+filepath.Base(run.path(t, file))+`"`)
		}
	})
}

// printedLabels are the labels that stand in joined files, in the order of the pile.
func printedLabels(manifest contract.Manifest) []contract.PrintedLabel {
	return lo.FlatMap(manifest.Rows, func(r contract.ManifestRow, _ int) []contract.PrintedLabel {
		return lo.Filter(r.Labels, func(l contract.PrintedLabel, _ int) bool { return l.File != "" })
	})
}
