package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// finished is a run that is over, with what it left and what the sandbox knows of it.
type finished struct {
	result   contract.RunResult
	manifest contract.Manifest
	report   sandbox.Report
	folder   string // with the run's files
	shown    string
}

// runToEnd runs the program until its run is over, and ends it.
func runToEnd(t *testing.T, arguments ...string) finished {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "result.json")
	demo := startDemo(t, filepath.Join(folder, "data"), append(arguments, "--json", file)...)
	demo.await(t, howToEnd)
	report := readReport(t, demo.await(t, `Sandbox report +(\S+)`))
	require.NoError(t, demo.interrupt(t))
	onlyTheOwnerReads(t, folder)
	return readFinished(t, demo, file, report)
}

// onlyTheOwnerReads holds that all that the program has written into a folder, with secrets and buyers' data
// in it, is closed to others. The S3 server's locks, empty files, lie in its folder, which is.
func onlyTheOwnerReads(t *testing.T, folder string) {
	t.Helper()
	seen := 0
	require.NoError(t, filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == folder { // the folder itself is the test's
			return err
		}
		about, err := entry.Info()
		if err != nil {
			return err
		}
		seen++
		if about.Mode()&fs.ModeSymlink == 0 {
			assert.Zero(t, about.Mode().Perm()&0o077, path)
		}
		if entry.Name() == ".vgwlocks" {
			return filepath.SkipDir
		}
		return nil
	}))
	assert.Greater(t, seen, 20)
}

func readFinished(t *testing.T, demo *demo, file string, report sandbox.Report) finished {
	t.Helper()
	f := finished{report: report, shown: demo.shown.String()}
	readJSON(t, file, &f.result)
	f.folder = filepath.Join(demo.data, "print", f.result.Run)
	readJSON(t, filepath.Join(f.folder, "manifest.json"), &f.manifest)
	return f
}

func readJSON(t *testing.T, path string, value any) {
	t.Helper()
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, value), path)
}

func readReport(t *testing.T, address string) (report sandbox.Report) {
	t.Helper()
	response, err := http.Get(address)
	require.NoError(t, err)
	defer response.Body.Close()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&report))
	return report
}

// orders are the sandbox's orders by id.
func (f finished) orders() map[string]sandbox.ReportOrder {
	return lo.KeyBy(f.report.Orders, func(o sandbox.ReportOrder) string { return o.ID })
}

// rows are the manifest's rows by order id.
func (f finished) rows() map[string]contract.ManifestRow {
	return lo.KeyBy(f.manifest.Rows, func(r contract.ManifestRow) string { return r.ID })
}

// path is where a joined file lies on this machine.
func (f finished) path(t *testing.T, file contract.PrintFile) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(f.folder, "*."+file.Format))
	require.NoError(t, err)
	path, ok := lo.Find(found, func(path string) bool {
		content, err := os.ReadFile(path)
		require.NoError(t, err)
		return fmt.Sprintf("%x", sha256.Sum256(content)) == file.SHA256
	})
	require.True(t, ok, "%s is among %s", file.Key, found)
	return path
}

// requireBalancedBooks holds result and manifest against each other: every order that was taken up
// has one row and one outcome, and the pile is numbered through.
func requireBalancedBooks(t *testing.T, result contract.RunResult, manifest contract.Manifest) {
	t.Helper()
	assert.True(t, result.Balanced(), "every order has exactly one outcome")
	assert.Len(t, manifest.Rows, result.Requested)
	assert.Len(t, lo.UniqBy(manifest.Rows, func(r contract.ManifestRow) string { return r.ID }), result.Requested, "each order has one row")
	assert.Equal(t, result.Outcomes, lo.CountValuesBy(manifest.Rows, func(r contract.ManifestRow) contract.Outcome { return r.Outcome }))
	printed := lo.Filter(manifest.Rows, func(r contract.ManifestRow, _ int) bool { return r.Position != nil })
	for i, row := range printed {
		assert.Equal(t, i+1, *row.Position)
		assert.Equal(t, contract.Labelled, row.Outcome)
	}
	assert.Len(t, printed, result.Outcomes[contract.Labelled])
	assert.Equal(t, len(printed), lo.SumBy(result.Files, func(f contract.PrintFile) int { return f.Labels }))
	for _, row := range manifest.Rows {
		if row.Outcome != contract.Labelled {
			assert.NotEmpty(t, row.Reason.Words, "%s of order %s has a reason", row.Outcome, row.ID)
		}
	}
}

// requireExpectedOutcomes holds every order of the sandbox against what a client that does
// everything right comes to.
func requireExpectedOutcomes(t *testing.T, f finished) {
	t.Helper()
	rows := f.rows()
	require.NotEmpty(t, f.report.Orders)
	for _, order := range f.report.Orders {
		row, taken := rows[order.ID]
		switch {
		case order.Expected == "left_out", order.Expected == "skipped":
			assert.False(t, taken, "order %s (%s) is not taken up: %s", order.ID, order.Channel, order.Fate)
		case !taken && order.Fate == sandbox.FateShipped:
			// It waits for nothing, so that only a request that names it takes it up.
		case !taken && order.FirstNeeds == "" && order.Fate != sandbox.FateLabelable:
			// Without a status first, orders are found where the hub lists their labels, and it does not list all.
		default:
			assert.Equal(t, order.Expected, string(row.Outcome), "order %s (%s, %s): %s", order.ID, order.Channel, order.Fate, row.Reason.Words)
		}
	}
}

// requireAskedOnce holds that of the orders that nothing befell, each label was asked for once and
// each status sent once.
func requireAskedOnce(t *testing.T, orders []sandbox.ReportOrder) {
	t.Helper()
	require.NotEmpty(t, orders)
	for _, order := range orders {
		asked := lo.Ternary(order.Expected == string(contract.Labelled), 1, 0)
		assert.Len(t, order.Labels, asked, "labels asked for, order %s (%s)", order.ID, order.Channel)
		codes := lo.Map(order.Statuses, func(s sandbox.StatusSend, _ int) string { return s.Code })
		assert.LessOrEqual(t, len(codes), 1, "statuses sent, order %s (%s): %s", order.ID, order.Channel, codes)
	}
}

// requirePrintedOnce decodes the joined files: each parcel's barcode stands in them once, where the
// manifest says, and nothing else does.
func requirePrintedOnce(t *testing.T, f finished) {
	t.Helper()
	codes := map[string][]string{}
	for _, file := range f.result.Files {
		read := lo.Ternary(file.Format == "pdf", barcodesOfPDF, barcodesOfZPL)
		codes[file.Key] = read(t, f.path(t, file))
	}
	orders := f.orders()
	var last = map[string]int{}
	for _, row := range f.manifest.Rows {
		if row.Position == nil {
			continue
		}
		var printed []string
		for _, label := range row.Labels {
			if label.File == "" {
				continue
			}
			require.Equal(t, last[label.File]+1, label.First, "order %s follows the one before", row.ID)
			last[label.File] += label.Count
			require.LessOrEqual(t, last[label.File], len(codes[label.File]), label.File)
			printed = append(printed, codes[label.File][label.First-1:last[label.File]]...)
		}
		parcels := lo.Map(orders[row.ID].Parcels, func(p sandbox.ReportParcel, _ int) string { return p.Code })
		assert.ElementsMatch(t, parcels, printed, "barcodes of order %s (%s)", row.ID, row.Channel)
	}
	for key, all := range codes {
		assert.Len(t, all, last[key], "%s holds nothing that the manifest does not name", key)
		assert.Empty(t, lo.FindDuplicates(all), "%s holds each parcel once", key)
	}
}
