package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/startertest"
	"github.com/despacho/despacho/deploy/local/temporaltest"
	"github.com/despacho/despacho/multivende/sandbox"
)

var (
	shellBlock = regexp.MustCompile("(?s)\n```sh\n(.*?)\n```")
	tableCell  = regexp.MustCompile("`(temporal [^`]+)`")
)

// documented are the commands of the partners' document that call one of these programs, in its order.
func documented(t *testing.T, programs ...string) (commands []string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/partners.md")
	require.NoError(t, err)
	begins := func(line string) bool {
		program, _, _ := strings.Cut(line, " ")
		return lo.Contains(programs, program)
	}
	for _, block := range shellBlock.FindAllStringSubmatch(string(text), -1) {
		lines := strings.Split(strings.ReplaceAll(block[1], "\\\n", " "), "\n")
		commands = append(commands, lo.Filter(lines, func(line string, _ int) bool { return begins(line) })...)
	}
	for _, cell := range tableCell.FindAllStringSubmatch(string(text), -1) {
		if begins(cell[1]) {
			commands = append(commands, cell[1])
		}
	}
	return commands
}

// reader is somebody who does what the document says, in a shell, with ids of his own.
type reader struct {
	counter
	folder string
	names  *strings.Replacer
	held   int
}

// openReader has the sandbox sell, and gives the names of the document to what it sold.
func openReader(t *testing.T, arguments ...string) *reader {
	t.Helper()
	r := &reader{counter: openCounter(t, append([]string{"--orders", "150", "--speed", "300"}, arguments...)...), folder: t.TempDir()}
	labelable := lo.Filter(r.report(t).Orders, func(o sandbox.ReportOrder, _ int) bool { return o.Fate == sandbox.FateLabelable })
	shipped, ripley := ofChannel(labelable, "dafiti", 3), ofChannel(labelable, "ripley", 2)
	require.Len(t, shipped, 3)
	require.Len(t, ripley, 2)
	shop, found := lo.Find(r.report(t).Orders, func(o sandbox.ReportOrder) bool { return o.Fate == sandbox.FateShop })
	require.True(t, found)
	r.names = strings.NewReplacer("m-4711", r.merchant, "2000012345678901", ripley[0].ID, "D-88", ripley[1].ID, "c-1", ripley[1].Connection,
		"9e6c…", shipped[0].ID, "W-1007.pdf", "label.zpl", "W-1007", shop.ID, "2027-11-21", time.Now().AddDate(1, 0, 0).Format(time.DateOnly))
	r.write(t, "orders.csv", "order\n"+shipped[1].ID+"\n")
	r.write(t, "stock.csv", "order\n"+ripley[0].ID+"\n")
	r.write(t, "shipped.csv", "order,tracking_number,tracking_url\n"+shipped[1].ID+",4711,https://tracking.example.com/4711\n")
	r.write(t, "label.zpl", "^XA^FO50,50^A0N,40,40^FDa courier's own^FS^XZ")
	return r
}

func (r *reader) write(t *testing.T, name, content string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(r.folder, name), []byte(content), 0o600))
}

// give gives a command of the document, and returns what it wrote.
func (r *reader) give(t *testing.T, command string) string {
	t.Helper()
	out, err := r.try(t, command)
	require.NoError(t, err, "%s\n%s", command, out)
	return out
}

// try is give for a command that may fail.
func (r *reader) try(t *testing.T, command string) (string, error) {
	t.Helper()
	command = r.names.Replace(command)
	for kind, input := range map[string]string{
		"LabelRun":     `{"merchant": "D", "orders": [{"order": "O"}]}`,
		"StatusChange": `{"merchant": "D", "to": "shipped", "rows": [{"delivery_order_id": "O"}]}`,
	} {
		if strings.Contains(command, "--type "+kind) && strings.HasSuffix(command, " …") {
			input = strings.NewReplacer(`"D"`, `"`+r.merchant+`"`, `"O"`, `"`+r.names.Replace("9e6c…")+`"`).Replace(input)
			command = strings.TrimSuffix(command, "…") + "--input '" + input + "'"
		}
	}
	require.NotContains(t, command, "…", "something is left out")
	shell := exec.CommandContext(t.Context(), "sh", "-c", command)
	shell.Dir, shell.Env = r.folder, append(os.Environ(), "HOME="+r.folder, "PATH="+r.folder+":"+os.Getenv("PATH"))
	for name, value := range r.settings {
		shell.Env = append(shell.Env, name+"="+value)
	}
	out, err := shell.CombinedOutput()
	return string(out), err
}

// holdOpen starts a run of everything, and returns when it is at work and has something to try again.
func (r *reader) holdOpen(t *testing.T) client.Started {
	t.Helper()
	r.held++
	run := r.start(t, fmt.Sprint("open-", r.held), contract.LabelRunInput{Merchant: r.merchant, Reprint: true})
	r.progress(t, run, "has failed orders", func(result contract.RunResult) bool {
		return lo.SomeBy(result.Connections, func(c contract.ConnectionResult) bool {
			return c.Channel == "coppel" && c.State == contract.ConnectionDone
		})
	})
	return run
}

// TestTheDocumentedCommandsOfTemporalAndStarterWork gives each of them, in a shell, against the real programs.
func TestTheDocumentedCommandsOfTemporalAndStarterWork(t *testing.T) {
	t.Parallel()
	r := openReader(t, "--faults", filepath.Join("testdata", "recorded-faults.json"))
	for program, find := range map[string]func() (string, error){"starter": startertest.Path, "temporal": temporaltest.Path} {
		path, err := find()
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(r.folder, program)))
	}
	require.NoError(t, client.TemporalIntakes{Client: r.temporal}.Begin(t.Context(), r.merchant))
	ofStarter, ofTemporal := documented(t, "starter"), documented(t, "temporal")
	require.GreaterOrEqual(t, len(ofStarter), 8)
	require.Greater(t, len(ofTemporal), 14)

	t.Run("starter", func(t *testing.T) {
		for _, command := range ofStarter {
			r.give(t, strings.ReplaceAll(command, "2026-11-21-a", "by-starter"))
		}
		result, err := r.runs.Wait(t.Context(), contract.RunID(r.merchant, "by-starter"))
		require.NoError(t, err)
		assert.Equal(t, 1, result.Outcomes[contract.Labelled], "%v", result.Outcomes)
		assert.FileExists(t, filepath.Join(r.folder, "labels", "index.html"))
	})
	t.Run("temporal", func(t *testing.T) {
		said := map[string]string{}
		for _, command := range ofTemporal {
			given := command
			if strings.Contains(command, "--name retry") || strings.Contains(command, "workflow cancel") {
				run := r.holdOpen(t)
				given = regexp.MustCompile(`run/m-4711/\S+`).ReplaceAllString(command, run.WorkflowID)
			}
			said[command] = r.give(t, given)
			if given != command {
				r.release(t, strings.Contains(command, "workflow cancel"))
			}
		}
		assert.Contains(t, said["temporal workflow result --workflow-id run/m-4711/2026-11-21-a"], "labelled")
		assert.Contains(t, said["temporal operator nexus endpoint get --name despacho"], contract.NexusEndpoint)
	})
}

// release ends the run that was held open; a command may have cancelled it already.
func (r *reader) release(t *testing.T, cancelled bool) {
	t.Helper()
	id := contract.RunID(r.merchant, fmt.Sprint("open-", r.held))
	if !cancelled {
		require.NoError(t, r.runs.Cancel(t.Context(), id))
	}
	eventually(t, id+" is over", func() bool {
		described, err := r.runs.Describe(t.Context(), id)
		return err == nil && !described.Open()
	})
	described, err := r.runs.Describe(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, contract.RunCancelled, described.State, id)
}
