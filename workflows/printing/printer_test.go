package printing

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	printingsteps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/printingtest"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/workflows/workflowstest"
)

// scene is a Printer and its real steps, on a printer and a store in memory.
type scene struct {
	*testsuite.TestWorkflowEnvironment
	t       *testing.T
	store   *printingtest.Store
	printer *printingtest.Printer
}

func newScene(t *testing.T) *scene {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil))))
	s := &scene{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t, store: printingtest.NewStore(), printer: printingtest.New(time.Millisecond)}
	s.SetTestTimeout(10 * time.Minute)
	s.SetWorkerOptions(workflowstest.PatientOptions())
	s.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: contract.PrinterID("bodega", "zebra-1"), TaskQueue: contract.StationTaskQueue("bodega")})
	s.RegisterActivity(&printingsteps.Printing{
		Store: s.store, Devices: &printingsteps.Devices{Open: s.printer.Open},
		Prepare: func(_ context.Context, _ printing.Printer, label contract.JobLabel, file []byte) (printing.Document, []string, error) {
			return printing.Document{Name: label.Order, Data: file}, nil, nil
		},
	})
	s.put(storage.Printer("bodega", "zebra-1"), printing.Printer{Name: "zebra-1"})
	return s
}

func (s *scene) put(key string, value any) {
	s.t.Helper()
	data, err := json.Marshal(value)
	require.NoError(s.t, err)
	s.store.Put(key, data)
}

// job stores a job of labels of these orders and returns the request for it.
func (s *scene) job(id string, orders ...string) contract.PrintRequest {
	s.t.Helper()
	job := contract.PrintJob{ID: id, Merchant: "m-1", Site: "bodega", Printer: "zebra-1", Person: "Ana", At: time.Now()}
	for i, order := range orders {
		key := storage.LabelPrefix("m-1", "c1") + order + ".zpl"
		s.store.Put(key, []byte("^XA^XZ"))
		job.Labels = append(job.Labels, contract.JobLabel{Run: "r1", Order: order, Label: 1, Position: i + 1, Key: key, Format: "zpl"})
	}
	s.put(storage.PrintJob("m-1", id), job)
	return contract.PrintRequest{Merchant: "m-1", Job: id, At: job.At, Labels: len(orders)}
}

// update sends an update and returns what it was answered, once the environment has run.
func (s *scene) update(after time.Duration, name, id string, argument any) *answer {
	a := &answer{}
	s.RegisterDelayedCallback(func() { s.UpdateWorkflow(name, id, a, argument) }, after)
	return a
}

type answer struct {
	value    any
	err      error
	rejected error
}

func (a *answer) Accept()                       {}
func (a *answer) Reject(err error)              { a.rejected = err }
func (a *answer) Complete(value any, err error) { a.value, a.err = value, err }

func (s *scene) run() {
	s.t.Helper()
	s.ExecuteWorkflow(Printer, contract.PrinterInput{Site: "bodega", Printer: "zebra-1"})
	require.True(s.t, s.IsWorkflowCompleted())
	require.NoError(s.t, s.GetWorkflowError())
}

func TestAJobIsPrintedAndTheQueueEndsWhenIdle(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	first := s.update(0, contract.PrintUpdate, "j1", s.job("j1", "a", "b", "c"))
	s.run()
	require.NoError(t, first.err)
	assert.Equal(t, contract.PrintAnswer{}, first.value)
	assert.Equal(t, []string{"a", "b", "c"}, s.printer.Out())
}
