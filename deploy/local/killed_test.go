package main

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
)

// separateHub is a hub in a process of its own, which outlives the program.
type separateHub struct{ url, merchant, tokenFile string }

var hubLine = regexp.MustCompile(`^hub=(\S+) merchant=(\S+) token=(\S+)`)

// startHub builds and starts the sandbox's own program.
func startHub(t *testing.T, arguments ...string) separateHub {
	t.Helper()
	folder := t.TempDir()
	program := build(t, "multivende/sandbox/serve")
	process := exec.CommandContext(t.Context(), program, arguments...)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	found := hubLine.FindStringSubmatch(line)
	require.NotNil(t, found, line)
	hub := separateHub{url: found[1], merchant: found[2], tokenFile: filepath.Join(folder, "token")}
	require.NoError(t, os.WriteFile(hub.tokenFile, []byte(found[3]), 0o600))
	return hub
}

func (h separateHub) flags() []string {
	return []string{"--hub", h.url, "--merchant", h.merchant, "--token-file", h.tokenFile, "--speed", "600"}
}

func (h separateHub) report(t *testing.T) sandbox.Report {
	t.Helper()
	return readReport(t, h.url+"/sandbox/report")
}

// asked is how many labels the hub has been asked for.
func asked(report sandbox.Report) int {
	return lo.SumBy(report.Orders, func(o sandbox.ReportOrder) int { return len(o.Labels) })
}

func sent(report sandbox.Report) int {
	return lo.SumBy(report.Orders, func(o sandbox.ReportOrder) int { return len(o.Statuses) })
}

func TestARunOfAProcessThatIsKilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	const orders = 110
	hub := startHub(t, "--orders", strconv.Itoa(orders), "--speed", "600")
	folder := t.TempDir()
	data, file := filepath.Join(folder, "data"), filepath.Join(folder, "result.json")
	arguments := append(hub.flags(), "--once", "--json", file)

	for _, moment := range []struct {
		name    string
		reached func() bool
	}{
		{"the first status is sent", func() bool { return sent(hub.report(t)) > 0 }},
		{"the first labels are asked for", func() bool { return asked(hub.report(t)) > 0 }},
		{"most labels are asked for", func() bool { return asked(hub.report(t)) > orders*3/4 }},
		{"a joined file is written", func() bool { return len(stored(t, data, "runs", "*", "*", "print", "*")) > 0 }},
	} {
		demo := startDemo(t, data, arguments...)
		eventually(t, moment.name, func() bool { return moment.reached() || demo.isOver() })
		require.False(t, demo.isOver(), "the run is under way when %s", moment.name)
		demo.kill()
	}
	demo := startDemo(t, data, arguments...)
	demo.await(t, "Going on with the open run")
	require.NoError(t, demo.wait(t))
	requireAsIfNothingHadHappened(t, readFinished(t, demo, file, hub.report(t)), data)
}

func TestARunGoesOnWithTheBuiltInSandbox(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	data, file := filepath.Join(folder, "data"), filepath.Join(folder, "result.json")
	killed := startDemo(t, data)
	report := killed.await(t, `report at (\S+)`)
	eventually(t, "some labels are asked for", func() bool { return asked(readReport(t, report)) > 20 })
	killed.kill()

	demo := startDemo(t, data, "--json", file)
	demo.await(t, "Going on with the open run")
	demo.await(t, howToEnd)
	f := readFinished(t, demo, file, readReport(t, demo.await(t, `Sandbox report +(\S+)`)))
	requireAsIfNothingHadHappened(t, f, data)
}

func requireAsIfNothingHadHappened(t *testing.T, f finished, data string) {
	t.Helper()
	assert.Equal(t, contract.RunCompleted, f.result.State)
	requireBalancedBooks(t, f.result, f.manifest)
	requireExpectedOutcomes(t, f)
	requireAskedOnce(t, f.report.Orders)
	requirePrintedOnce(t, f)
	assert.Len(t, stored(t, data, "runs", "*", "*", "manifest.json"), 1, "there is one run and one manifest")
	assert.Len(t, stored(t, data, "runs", "*", "*", "print", "*"), len(f.result.Files)+len(f.result.Controls), "there are no other files to print")
}

// stored are the objects of the label store whose keys match.
func stored(t *testing.T, data string, key ...string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(append([]string{data, "s3", "despacho"}, key...)...))
	require.NoError(t, err)
	return found
}

func TestTwoProcessesOnOneFolder(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	first := startDemo(t, data, "--no-run")
	first.await(t, howToEnd)
	second := startDemo(t, data, "--no-run")
	var exit interface{ ExitCode() int }
	require.True(t, errors.As(second.wait(t), &exit))
	assert.Equal(t, exitFailed, exit.ExitCode())
	assert.Contains(t, second.shown.String(), "another process is using it")
}
