package despacho_test

import (
	"bytes"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/contract/manifestcsv"
	"github.com/despacho/despacho/docs/promised"
	"github.com/despacho/despacho/storage"
)

// The tests of this file hold what docs/compatibility.md promises against the lists of the newest
// release in docs/promised/releases. The programs' own tests hold their command lines.

func TestCompatibilityOfWorkflowIDs(t *testing.T) {
	t.Parallel()
	ids := map[string]string{
		"RunID":          contract.RunID("m", "k"),
		"ConnectionID":   contract.ConnectionID("m", "a b", "c/1"),
		"BatchID":        contract.BatchID("m", "ripley", "c", "k", 1, 7),
		"BatchID again":  contract.BatchID("m", "ripley", "c", "k", 2, 7),
		"IntakeID":       contract.IntakeID("m"),
		"CredentialsID":  contract.CredentialsID("m"),
		"AnnounceID":     contract.AnnounceID("m", "a"),
		"WebhookID":      contract.WebhookID("m", "w"),
		"DrawLabelID":    contract.DrawLabelID("m", "0a1b", 1),
		"StatusChangeID": contract.StatusChangeID("m", "k"),
		"PrinterID":      contract.PrinterID("site", "zebra 1"),
	}
	wantAll(t, functionsOf(t, "contract", "*.go", regexp.MustCompile(`^[A-Z][a-z]\w*ID$`), "Parse"), lo.Keys(ids))
	promised.Kept(t, "workflow-ids", pairs(ids))
}

func TestCompatibilityOfKeys(t *testing.T) {
	t.Parallel()
	day := time.Date(2031, 2, 3, 23, 0, 0, 0, time.UTC)
	keys := map[string]string{}
	for _, more := range []map[string]string{keysOfRuns(), keysOfIntakes(), keysOfPrints(day), keysOfPartners()} {
		for name, key := range more {
			keys[name] = key
		}
	}
	makesKeys := regexp.MustCompile(`^[A-Z]`)
	wantAll(t, functionsOf(t, "storage", "*keys*.go", makesKeys, "MerchantPrefixes"), lo.Keys(keys))
	keys["MerchantPrefixes"] = strings.Join(storage.MerchantPrefixes("m"), " ")
	promised.Kept(t, "keys", pairs(keys))
}

func TestCompatibilityOfManifests(t *testing.T) {
	t.Parallel()
	var table bytes.Buffer
	require.NoError(t, manifestcsv.Write(&table, contract.Manifest{}))
	promised.Kept(t, "manifest-columns", []string{strings.TrimSpace(table.String())})
}

// TestCompatibilityOfNames holds names and texts that the contract declares: types of workflows, queries,
// updates, signals, task queues, search attributes, outcomes, codes of reasons.
func TestCompatibilityOfNames(t *testing.T) {
	t.Parallel()
	promised.Kept(t, "names", declaredIn(t, "contract"))
}

// storing are the packages whose values lie in the label store, in histories, or in answers to partners.
var storing = []string{
	"contract", "accounts", "activities", "activities/*", "client", "gateway/door", "partners", "printing", "printing/*", "rates", "starter/run", "station/desk", "station/handover", "station/people", "storage", "workflows", "workflows/*",
}

func TestCompatibilityOfFields(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, pattern := range storing {
		folders, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, folder := range folders {
			if !strings.Contains(folder, "fake") {
				lines = append(lines, fieldsOf(t, folder)...)
			}
		}
	}
	promised.Kept(t, "fields", lines)
}

func TestCompatibilityOfMetrics(t *testing.T) {
	t.Parallel()
	promised.Kept(t, "metrics", exportedMetrics(t))
}

// TestEveryReleaseIsRecorded: a release has a section in the changelog, lists of what it promises, and
// histories that are replayed.
func TestEveryReleaseIsRecorded(t *testing.T) {
	t.Parallel()
	var released []string
	for _, heading := range regexp.MustCompile(`(?m)^## \[(\d[^\]]*)\]`).FindAllStringSubmatch(documentText(t, "CHANGELOG.md"), -1) {
		released = append(released, heading[1])
	}
	require.NotEmpty(t, released)
	assert.ElementsMatch(t, released, promised.Releases(t), "docs/promised/releases")
	for _, release := range released {
		histories, err := filepath.Glob(filepath.Join("workflows", "testdata", "histories", release+"-*.json.gz"))
		require.NoError(t, err)
		assert.NotEmpty(t, histories, "histories of %s", release)
	}
}

// wantAll fails when a function has no example; an example may have words behind the function's name.
func wantAll(t *testing.T, functions, examples []string) {
	t.Helper()
	require.NotEmpty(t, functions)
	named := lo.Map(examples, func(example string, _ int) string { return strings.Fields(example)[0] })
	for _, function := range functions {
		assert.Contains(t, named, function, "has no example here")
	}
}

func pairs(examples map[string]string) []string {
	return lo.MapToSlice(examples, func(name, text string) string { return name + " " + text })
}

// functionsOf are the functions, not methods, of a package's files that match, without those whose names hold a word.
func functionsOf(t *testing.T, folder, files string, names *regexp.Regexp, without string) (found []string) {
	t.Helper()
	for _, path := range sourcesOf(t, folder, files) {
		for _, declaration := range parsed(t, path).Decls {
			function, ok := declaration.(*ast.FuncDecl)
			if ok && function.Recv == nil && names.MatchString(function.Name.Name) && !strings.Contains(function.Name.Name, without) {
				found = append(found, function.Name.Name)
			}
		}
	}
	return found
}

// sourcesOf are the files of a folder that match, without tests.
func sourcesOf(t *testing.T, folder, files string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, files))
	require.NoError(t, err)
	return lo.Filter(paths, func(path string, _ int) bool {
		info, err := os.Stat(path)
		return err == nil && !info.IsDir() && !strings.HasSuffix(path, "_test.go")
	})
}
