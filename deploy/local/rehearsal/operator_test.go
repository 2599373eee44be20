//go:build rehearsal

package rehearsal

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/rehearsal/project"
	"github.com/despacho/despacho/multivende/sandbox"
)

// me is an operator's user on this machine.
const me = 1000

func user(id int) string { return strconv.Itoa(id) }

// TestAnOperatorsFirstDays goes through what docs/operating.md tells an operator to do, in one stack.
func TestAnOperatorsFirstDays(t *testing.T) {
	stack := newStack(t, everything...)
	require.NoError(t, stack.Up(t.Context()))
	shops := connections(t, stack, 3)

	t.Log("a second start makes what is there already, and changes nothing")
	before := made(t, stack)
	require.NoError(t, stack.Up(t.Context()))
	assert.Equal(t, before, made(t, stack))

	first := run(t, stack, "first", shops[0])
	requireVisible(t, stack, first)
	requireLongIDs(t, stack)
	requireFairness(t, stack)

	t.Log("every service ends well when it is asked to, and shows its run when it is started again")
	logMemory(t, stack)
	assert.NoError(t, stack.Stop())
	require.NoError(t, stack.Up(t.Context()))
	assert.Equal(t, first, show(t, stack, "first"))

	t.Log("two workers")
	require.NoError(t, stack.Scale(t.Context(), "worker", 2))
	requireTwoWorkers(t, stack)
	run(t, stack, "second", shops[1])

	t.Log("a run is open while everything is copied, and then all is lost but the copies")
	earlier := asked(readReport(t, stack))
	_, _, err := stack.Run(t.Context(), "starter", project.Once{}, runOf("third", shops[2])...)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return asked(readReport(t, stack)) > earlier }, patience, time.Second)
	require.NoError(t, stack.Stop("sandbox"), "the hub is away, so that the run cannot end")
	copies := backUp(t, stack)
	stack.Kill()
	restore(t, stack, copies)
	moveSecretsToFiles(t, stack)
	require.NoError(t, stack.Up(t.Context()))
	assert.Equal(t, first, show(t, stack, "first"))
	run(t, stack, "third", shops[2])
}

// connections are those of the sandbox whose orders wait for labels, in n parts.
func connections(t *testing.T, stack *project.Stack, n int) [][]string {
	t.Helper()
	waiting := lo.Filter(readReport(t, stack).Orders, func(o sandbox.ReportOrder, _ int) bool { return o.Expected == string(contract.Labelled) })
	ids := lo.Uniq(lo.Map(waiting, func(o sandbox.ReportOrder, _ int) string { return o.Connection }))
	slices.Sort(ids)
	require.GreaterOrEqual(t, len(ids), n)
	return lo.Chunk(ids, (len(ids)+n-1)/n)
}

// made is what schema, namespace and setup make.
func made(t *testing.T, stack *project.Stack) string {
	t.Helper()
	var all strings.Builder
	for _, asked := range [][2]string{
		{"temporal", "select * from schema_version"},
		{"temporal", "select * from namespaces order by id"},
		{"temporal_visibility", "select * from schema_version"},
	} {
		out, err := stack.Exec(t.Context(), "postgres", nil, "psql", "--username", "temporal", "--dbname", asked[0], "--no-align", "--command", asked[1])
		require.NoError(t, err)
		all.WriteString(out)
	}
	entries, err := os.ReadDir(filepath.Join(stack.Volumes, "s3"))
	require.NoError(t, err)
	for _, entry := range entries {
		all.WriteString(entry.Name() + "\n")
	}
	return all.String()
}

func show(t *testing.T, stack *project.Stack, key string) (result contract.RunResult) {
	t.Helper()
	out, code, err := stack.Run(t.Context(), "starter", project.Once{}, "show", key, "--json")
	if code != someLabelsMissing {
		require.NoError(t, err)
	}
	require.NoError(t, json.Unmarshal([]byte(out), &result), out)
	return result
}

// logMemory says what each service's first process has held at most, beside the limit of the file.
func logMemory(t *testing.T, stack *project.Stack) {
	t.Helper()
	for name, service := range stack.Project.Services {
		c := stack.Container(name)
		content, err := os.ReadFile("/proc/" + strconv.Itoa(c.Pid()) + "/status")
		if err != nil {
			continue // it has ended
		}
		for line := range strings.Lines(string(content)) {
			if peak, found := strings.CutPrefix(line, "VmHWM:"); found {
				kilobytes, err := strconv.ParseInt(strings.Fields(peak)[0], 10, 64)
				require.NoError(t, err)
				t.Logf("%s: at most %d MiB of %d MiB", name, kilobytes>>10, int64(service.MemLimit)>>20)
				assert.Less(t, kilobytes<<10, int64(service.MemLimit), name)
			}
		}
	}
}
