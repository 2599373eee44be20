package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/starter/page"
	"github.com/despacho/despacho/storage"
)

// desk is where runs are started beside the program, as the starter does.
type desk struct {
	demo     *demo
	runs     client.TemporalRuns
	store    *storage.Store
	merchant string
	report   func(t *testing.T) sandbox.Report
}

func openDesk(t *testing.T, demo *demo, env string) desk {
	t.Helper()
	demo.await(t, howToEnd)
	settings := readSettings(t, env)
	temporal, err := sdk.Dial(sdk.Options{
		HostPort: settings["TEMPORAL_ADDRESS"], Namespace: settings["TEMPORAL_NAMESPACE"], Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	store, err := storage.Open(t.Context(), storage.Config{Bucket: settings["DESPACHO_BUCKET"], AWS: &aws.Config{
		Region: settings["AWS_REGION"], BaseEndpoint: aws.String(settings["AWS_ENDPOINT_URL_S3"]),
		Credentials: credentials.NewStaticCredentialsProvider(settings["AWS_ACCESS_KEY_ID"], settings["AWS_SECRET_ACCESS_KEY"], ""),
	}})
	require.NoError(t, err)
	return desk{
		demo: demo, runs: client.TemporalRuns{Client: temporal}, store: store, merchant: settings["DESPACHO_MERCHANT"],
		report: func(t *testing.T) sandbox.Report { return readReport(t, settings["DESPACHO_HUB"]+"/sandbox/report") },
	}
}

// request is for all that waits on the connections with these names.
func (d desk) request(t *testing.T, names ...string) contract.LabelRunInput {
	t.Helper()
	ids := lo.FilterMap(d.report(t).Connections, func(c sandbox.ReportConnection, _ int) (string, bool) {
		return c.ID, lo.Contains(names, c.Name)
	})
	require.Len(t, ids, len(names))
	return contract.LabelRunInput{Merchant: d.merchant, Connections: ids}
}

func (d desk) start(t *testing.T, key string, request contract.LabelRunInput) client.Started {
	t.Helper()
	started, err := client.Start(t.Context(), d.runs, d.store, key, request)
	require.NoError(t, err)
	return started
}

// progress waits until the run shows what is looked for.
func (d desk) progress(t *testing.T, run client.Started, what string, shows func(contract.RunResult) bool) {
	t.Helper()
	eventually(t, run.Run+" "+what, func() bool {
		result, err := d.runs.Progress(t.Context(), run.WorkflowID)
		return err == nil && shows(result)
	})
}

// end waits for the run's end and returns it with its files.
func (d desk) end(t *testing.T, run client.Started) finished {
	t.Helper()
	within, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	result, err := d.runs.Wait(within, run.WorkflowID)
	require.NoError(t, err, run.Run)
	f := finished{result: result, report: d.report(t), folder: t.TempDir()}
	_, err = page.Save(t.Context(), d.store, result, f.folder)
	require.NoError(t, err)
	readJSON(t, filepath.Join(f.folder, "manifest.json"), &f.manifest)
	requireBalancedBooks(t, f.result, f.manifest)
	requirePrintedOnce(t, f)
	return f
}

// requireEachPrintedOnce holds that of the connections' orders each is in the files of exactly one
// of the runs, and that its label was asked for once.
func requireEachPrintedOnce(t *testing.T, request contract.LabelRunInput, all ...finished) {
	t.Helper()
	orders := lo.Filter(all[len(all)-1].report.Orders, func(o sandbox.ReportOrder, _ int) bool {
		return lo.Contains(request.Connections, o.Connection)
	})
	require.NotEmpty(t, orders)
	for _, order := range orders {
		printed := lo.CountBy(all, func(f finished) bool { return f.rows()[order.ID].Outcome == contract.Labelled })
		assert.Equal(t, lo.Ternary(order.Fate == sandbox.FateLabelable, 1, 0), printed, "order %s (%s)", order.ID, order.Channel)
	}
	requireAskedOnce(t, orders)
}

func (f finished) connection(t *testing.T, name string) contract.ConnectionResult {
	t.Helper()
	found, ok := lo.Find(f.result.Connections, func(c contract.ConnectionResult) bool { return c.Name == name })
	require.True(t, ok, name)
	return found
}

func TestRunsThatMeet(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	// A label takes 0.2 s, a full task ten.
	desk := openDesk(t, startDemo(t, filepath.Join(folder, "data"), "--no-run", "--speed", "300", "--env", env), env)

	t.Run("a run that finds a connection busy waits, says for which run, and prints nothing again", func(t *testing.T) {
		request := desk.request(t, "Paris")
		first := desk.start(t, "first", request)
		desk.progress(t, first, "has taken up orders", func(r contract.RunResult) bool { return r.Requested > 0 })
		second := desk.start(t, "second", request)
		desk.progress(t, second, "waits for the first", func(r contract.RunResult) bool {
			return len(r.Connections) == 1 && r.Connections[0].State == contract.ConnectionWaiting &&
				r.Connections[0].Reason.Words == "waits for run first"
		})
		one, two := desk.end(t, first), desk.end(t, second)
		requireEachPrintedOnce(t, request, one, two)
		assert.Zero(t, two.result.Outcomes[contract.Labelled])
		for id, row := range one.rows() {
			again, taken := two.rows()[id]
			if row.Outcome == contract.Labelled && taken {
				assert.Equal(t, contract.AlreadyPrinted, again.Outcome, again.Reason.Words)
				assert.Contains(t, again.Reason.Words, "first", "it says which run printed the label")
			}
		}
	})

	t.Run("a run past its deadline publishes what is there, and the next one the rest without asking again", func(t *testing.T) {
		request := desk.request(t, "Tienda Norte", "Amazon")
		hurried := request
		hurried.Within = contract.Duration(8 * time.Second)
		one := desk.end(t, desk.start(t, "hurried", hurried))
		assert.Equal(t, contract.RunCompleted, one.result.State)
		assert.Equal(t, contract.ConnectionInBackground, one.connection(t, "Tienda Norte").State)
		assert.NotZero(t, one.result.Outcomes[contract.NotReady])
		for _, row := range one.manifest.Rows {
			if row.Outcome == contract.NotReady {
				assert.Contains(t, row.Reason.Words, "deadline")
			}
		}
		two := desk.end(t, desk.start(t, "rest", request))
		assert.NotZero(t, two.result.Outcomes[contract.Labelled])
		requireEachPrintedOnce(t, request, one, two)
	})

	t.Run("the same key is the same run, and refused for another request", func(t *testing.T) {
		request := desk.request(t, "Coppel")
		run := desk.start(t, "twice", request)
		again := desk.start(t, "twice", request)
		assert.True(t, run.Created)
		assert.False(t, again.Created)
		assert.Equal(t, run.WorkflowID, again.WorkflowID)
		other := request
		other.Format = "pdf"
		_, err := client.Start(t.Context(), desk.runs, desk.store, "twice", other)
		var conflict *client.ConflictError
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, []string{"format"}, conflict.Differences)

		first := desk.end(t, run)
		later := desk.start(t, "twice", request)
		assert.False(t, later.Created, "also when it is over")
		assert.Equal(t, first.result, desk.end(t, later).result)
		requireEachPrintedOnce(t, request, first)
	})

	t.Run("a cancelled run leaves published files and balanced books, and the next one prints the rest", func(t *testing.T) {
		request := desk.request(t, "Loja do Sul", "Ripley Chile", "Linio")
		run := desk.start(t, "cancelled", request)
		eventually(t, "labels are asked for", func() bool {
			return lo.SomeBy(desk.report(t).Orders, func(o sandbox.ReportOrder) bool {
				return lo.Contains(request.Connections, o.Connection) && len(o.Labels) > 0
			})
		})
		require.NoError(t, desk.runs.Cancel(t.Context(), run.WorkflowID))
		one := desk.end(t, run)
		assert.Equal(t, contract.RunCancelled, one.result.State)
		assert.NotZero(t, one.result.Outcomes[contract.NotReady])
		for _, row := range one.manifest.Rows {
			if row.Outcome == contract.NotReady {
				assert.Contains(t, row.Reason.Words, "cancelled")
			}
		}
		two := desk.end(t, desk.start(t, "after-cancel", request))
		assert.Equal(t, contract.RunCompleted, two.result.State)
		requireEachPrintedOnce(t, request, one, two)
	})
}
