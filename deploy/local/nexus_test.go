package main

import (
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/startertest"
	"github.com/despacho/despacho/multivende/sandbox"
)

const (
	partnerNamespace = "wms"
	partnerQueue     = "wms-picking"
)

// pick is what the partner's workflow works on.
type pick struct {
	Merchant string
	Orders   []contract.OrderReference
	Shipped  []contract.StatusRow
}

// picked is what it learned of despacho.
type picked struct {
	Run, Joined, Later contract.RunResult
	Differs, Wrong     string
	Statuses           contract.StatusResult
	Confirmed          contract.ConfirmedOrders
}

// pickAndShip is a partner's workflow in a namespace of its own, which knows package contract and nothing else of ours.
func pickAndShip(ctx workflow.Context, in pick) (out picked, err error) {
	despacho := workflow.NewNexusClient(contract.NexusEndpoint, contract.NexusService)
	request := contract.RunLabels{Key: "pick-7", LabelRunInput: contract.LabelRunInput{Merchant: in.Merchant, Orders: in.Orders, Format: "pdf"}}
	first := despacho.ExecuteOperation(ctx, contract.RunLabelsOperation, request, workflow.NexusOperationOptions{Summary: "labels of pick 7"})
	if err := first.GetNexusOperationExecution().Get(ctx, nil); err != nil {
		return out, err
	}
	second := despacho.ExecuteOperation(ctx, contract.RunLabelsOperation, request, workflow.NexusOperationOptions{})
	other := request
	other.Format = "zpl"
	out.Differs = kindOf(despacho.ExecuteOperation(ctx, contract.RunLabelsOperation, other, workflow.NexusOperationOptions{}).Get(ctx, nil))
	out.Wrong = kindOf(despacho.ExecuteOperation(ctx, contract.ConfirmOperation, contract.ConfirmStock{Merchant: in.Merchant}, workflow.NexusOperationOptions{}).Get(ctx, nil))
	if err := first.Get(ctx, &out.Run); err != nil {
		return out, err
	}
	if err := second.Get(ctx, &out.Joined); err != nil {
		return out, err
	}
	if err := despacho.ExecuteOperation(ctx, contract.RunLabelsOperation, request, workflow.NexusOperationOptions{}).Get(ctx, &out.Later); err != nil {
		return out, err
	}
	change := contract.ChangeStatus{Key: "truck-7", StatusChangeInput: contract.StatusChangeInput{Merchant: in.Merchant, StatusRequest: contract.StatusRequest{To: "shipped", Rows: in.Shipped}}}
	if err := despacho.ExecuteOperation(ctx, contract.ChangeStatusOperation, change, workflow.NexusOperationOptions{}).Get(ctx, &out.Statuses); err != nil {
		return out, err
	}
	stock := contract.ConfirmStock{Merchant: in.Merchant, ConfirmRequest: contract.ConfirmRequest{Orders: []string{in.Orders[0].Order}}}
	return out, despacho.ExecuteOperation(ctx, contract.ConfirmOperation, stock, workflow.NexusOperationOptions{}).Get(ctx, &out.Confirmed)
}

// kindOf is the innermost type of an error, by which a partner tells errors apart.
func kindOf(err error) (kind string) {
	for failure := (*temporal.ApplicationError)(nil); errors.As(err, &failure); err = errors.Unwrap(failure) {
		kind = failure.Type()
	}
	return kind
}

// TestAPartnerInAnotherNamespace orders labels, reports what was shipped and confirms stock through Nexus.
func TestAPartnerInAnotherNamespace(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	desk := openDesk(t, startDemo(t, filepath.Join(folder, "data"), "--no-run", "--env", env), env)
	settings := readSettings(t, env)
	for _, said := range []string{"made; it leads to namespace default, task queue despacho", "there"} {
		out, errors, code, err := startertest.Run(t.Context(), settings, "setup", "--nexus")
		require.NoError(t, err)
		require.Equal(t, startertest.Complete, code, errors)
		assert.Contains(t, out, "Nexus endpoint despacho: "+said+"\n")
	}
	partner := openNamespace(t, settings["TEMPORAL_ADDRESS"])

	labelable := lo.Filter(desk.report(t).Orders, func(o sandbox.ReportOrder, _ int) bool { return o.Fate == sandbox.FateLabelable })
	ours := append(ofChannel(labelable, "dafiti", 4), ofChannel(labelable, "mercadolibre", 6)...)
	require.Len(t, ours, 10)
	in := pick{Merchant: desk.merchant, Orders: lo.Map(ours, func(o sandbox.ReportOrder, _ int) contract.OrderReference {
		return contract.OrderReference{Order: o.ID}
	})}
	in.Shipped = lo.Map(ours[:4], func(o sandbox.ReportOrder, _ int) contract.StatusRow {
		return contract.StatusRow{Order: o.ID, TrackingNumber: "T-" + o.ID[:8], TrackingURL: "https://tracking.example.com/" + o.ID}
	})
	run, err := partner.ExecuteWorkflow(t.Context(), sdk.StartWorkflowOptions{ID: "pick-7", TaskQueue: partnerQueue, WorkflowExecutionTimeout: 2 * patience}, pickAndShip, in)
	require.NoError(t, err)
	var out picked
	require.NoError(t, run.Get(t.Context(), &out))

	assert.Equal(t, contract.RunCompleted, out.Run.State)
	assert.Equal(t, 10, out.Run.Requested)
	assert.Equal(t, 10, out.Run.Outcomes[contract.Labelled], "%v", out.Run.Outcomes)
	assert.NotEmpty(t, out.Run.Files)
	assert.Equal(t, out.Run, out.Joined, "the second caller of a key hears of the same end")
	assert.Equal(t, out.Run.Outcomes, out.Later.Outcomes, "who comes after the end gets the result")
	assert.Equal(t, out.Run.Files, out.Later.Files)
	assert.Equal(t, contract.ErrorRequestDiffers, out.Differs)
	assert.Equal(t, contract.ErrorRequest, out.Wrong)
	assert.Equal(t, 4, out.Statuses.Requested)
	assert.Positive(t, out.Statuses.Outcomes[contract.StatusSynced], "%v", out.Statuses.Outcomes)
	require.Len(t, out.Confirmed.Orders, 1)
	assert.Equal(t, in.Orders[0].Order, out.Confirmed.Orders[0].Order)
	assert.NotEqual(t, contract.ConfirmUnknown, out.Confirmed.Orders[0].Outcome)
}

func ofChannel(orders []sandbox.ReportOrder, channel string, most int) []sandbox.ReportOrder {
	return lo.Subset(lo.Filter(orders, func(o sandbox.ReportOrder, _ int) bool { return o.Channel == channel }), 0, uint(most))
}

// openNamespace makes the partner's namespace, with a worker in it.
func openNamespace(t *testing.T, address string) sdk.Client {
	t.Helper()
	partner, err := sdk.Dial(sdk.Options{HostPort: address, Namespace: partnerNamespace, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(partner.Close)
	_, err = partner.WorkflowService().RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace: partnerNamespace, WorkflowExecutionRetentionPeriod: durationpb.New(24 * time.Hour),
	})
	require.NoError(t, err)
	w := worker.New(partner, partnerQueue, worker.Options{})
	w.RegisterWorkflow(pickAndShip)
	eventually(t, "the partner's namespace can be used", func() bool {
		_, err := partner.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: partnerNamespace})
		return err == nil
	})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	return partner
}
