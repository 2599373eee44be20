package run

import (
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

// TestPartnersDocument holds docs/partners.md against what it describes.
func TestPartnersDocument(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../docs/partners.md")
	require.NoError(t, err)
	document := string(source)
	section := func(title string) string {
		_, after, found := strings.Cut(document, "\n## "+title+"\n")
		require.True(t, found, title)
		text, _, _ := strings.Cut(after, "\n## ")
		return text
	}

	t.Run("names every field of the input, the result and the manifest", func(t *testing.T) {
		t.Parallel()
		for title, value := range map[string]any{"Input": contract.LabelRunInput{}, "Result": contract.RunResult{}, "Manifest": contract.Manifest{}} {
			for _, field := range jsonFields(reflect.TypeOf(value)) {
				assert.Regexp(t, "[`.\"]"+field+"[`\"\\[.]", section(title), "%s lacks %s", title, field)
			}
		}
		for _, field := range jsonFields(reflect.TypeOf(contract.ManifestRow{})) {
			assert.Contains(t, section("Manifest"), field)
		}
	})

	t.Run("explains every outcome and every exit code", func(t *testing.T) {
		t.Parallel()
		for _, outcome := range contract.Outcomes() {
			assert.Contains(t, section("Outcomes"), "| `"+string(outcome)+"` |")
		}
		for _, code := range []int{ExitComplete, ExitError, ExitUsage, ExitIncomplete, ExitFailed, ExitConflict, ExitNotFound, ExitInterrupted} {
			assert.Contains(t, section("The command line"), "| "+strconv.Itoa(code)+" |")
			assert.Contains(t, exitCodesHelp, "\n  "+strconv.Itoa(code)+" ")
		}
	})

	t.Run("explains every outcome of a confirmation and of a status change", func(t *testing.T) {
		t.Parallel()
		for _, outcome := range []contract.ConfirmOutcome{contract.ConfirmAccepted, contract.ConfirmHeldBack, contract.ConfirmUnknown, contract.ConfirmRefused} {
			assert.Contains(t, section("Confirming stock"), "| `"+string(outcome)+"` |")
		}
		for _, outcome := range contract.StatusOutcomes() {
			assert.Contains(t, section("Statuses"), "| `"+string(outcome)+"` |")
		}
		for _, field := range jsonFields(reflect.TypeOf(contract.StatusRequest{})) {
			assert.Contains(t, section("Statuses"), "`"+field+"`")
		}
	})

	t.Run("names the workflow, its queue, query and update", func(t *testing.T) {
		t.Parallel()
		for _, name := range []string{
			contract.LabelRunType, contract.TaskQueue, contract.ProgressQuery, contract.RetryUpdate, contract.RunID("<merchant>", "<key>"),
			contract.StatusChangeType, contract.StatusChangeID("<merchant>", "<key>"), contract.IntakeType, contract.IntakeID("<merchant>"), contract.ConfirmUpdate,
		} {
			assert.Contains(t, document, "`"+name+"`")
		}
	})
}

func jsonFields(kind reflect.Type) []string {
	var names []string
	for i := range kind.NumField() {
		if kind.Field(i).Anonymous {
			names = append(names, jsonFields(kind.Field(i).Type)...)
			continue
		}
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
