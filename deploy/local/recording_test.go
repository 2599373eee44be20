//go:build record

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/recorded"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/multivende/sandbox/paper"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
)

// histories is where the replay suite of package workflows finds its histories.
var histories = filepath.Join("..", "..", "workflows", "testdata", "histories")

// TestRecordHistories records what the replay suite of package workflows
// replays, from runs on the whole stack. Record from the commit that is
// deployed, before its workflows are changed, under the name of its release:
//
//	cd deploy/local && DESPACHO_RELEASE=0.1.0 GOWORK=off go test -tags record -run TestRecord . ./bench
func TestRecordHistories(t *testing.T) {
	release := os.Getenv("DESPACHO_RELEASE")
	require.NotEmpty(t, release, "DESPACHO_RELEASE names the commit that is recorded")
	before, err := filepath.Glob(filepath.Join(histories, release+"-*.json.gz"))
	require.NoError(t, err)
	for _, path := range before {
		if strings.Contains(path, "-printer-") || strings.Contains(path, "-webhook-") || strings.Contains(path, "-brought-") || strings.Contains(path, "-drawn-") { // from ./bench, and from the tests below
			continue
		}
		require.NoError(t, os.Remove(path))
	}
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	desk := openDesk(t, startDemo(t, filepath.Join(folder, "data"), "--no-run", "--orders", "150", "--speed", "300", "--env", env,
		"--faults", filepath.Join("testdata", "recorded-faults.json")), env)

	all := desk.start(t, "all", contract.LabelRunInput{Merchant: desk.merchant, Settings: contract.Settings{WebhookOut: true}})
	desk.progress(t, all, "has a connection with failed orders that is through", func(r contract.RunResult) bool {
		return lo.SomeBy(r.Connections, func(c contract.ConnectionResult) bool {
			return c.Channel == "coppel" && c.State == contract.ConnectionDone
		})
	})
	_, err = desk.runs.Retry(t.Context(), all.WorkflowID, contract.RetryRequest{})
	require.NoError(t, err)
	desk.record(t, release, all)
	desk.recordAnnouncement(t, release)

	same := contract.LabelRunInput{Merchant: desk.merchant, Reprint: true, Format: "pdf"}
	plan := same
	plan.Plan = true
	desk.record(t, release, desk.start(t, "plan", plan))
	first := desk.start(t, "first", same)
	desk.progress(t, first, "has taken up orders", func(r contract.RunResult) bool { return r.Requested > 0 })
	second := desk.start(t, "second", same)
	desk.record(t, release, first)
	desk.record(t, release, second)

	hurried := same
	hurried.Within = contract.Duration(time.Millisecond)
	desk.record(t, release, desk.start(t, "hurried", hurried))
	cancelled := desk.start(t, "cancelled", same)
	desk.progress(t, cancelled, "has taken up orders", func(r contract.RunResult) bool { return r.Requested > 0 })
	require.NoError(t, desk.runs.Cancel(t.Context(), cancelled.WorkflowID))
	desk.record(t, release, cancelled)

	desk.recordStatuses(t, release)
	desk.recordOpen(t, release, "intake", contract.IntakeID(desk.merchant), "TakeUpNotifications")
	desk.recordOpen(t, release, "credentials", contract.CredentialsID(desk.merchant), "KeepToken")
}

// recordStatuses records a change of statuses, one of which is not allowed.
func (d desk) recordStatuses(t *testing.T, release string) {
	t.Helper()
	orders := lo.Filter(d.report(t).Orders, func(o sandbox.ReportOrder, _ int) bool { return len(o.Labels) > 0 })
	rows := lo.Map(orders[:60], func(o sandbox.ReportOrder, _ int) contract.StatusRow { return contract.StatusRow{Order: o.ID} })
	statuses := client.TemporalStatuses{Client: d.runs.Client}
	request := contract.StatusRequest{To: string(channels.Delivered), Rows: rows}
	id := contract.StatusChangeID(d.merchant, "statuses")
	require.NoError(t, statuses.Start(t.Context(), id, contract.StatusChangeInput{Merchant: d.merchant, StatusRequest: request}))
	_, err := statuses.Wait(t.Context(), id)
	require.NoError(t, err)
	d.recordOpen(t, release, "statuses", id, "CloseStatusChange")
}

// recordAnnouncement records what tells a webhook that labels of a run have their status.
func (d desk) recordAnnouncement(t *testing.T, release string) {
	t.Helper()
	eventually(t, "somebody is told", func() bool {
		listed, err := d.runs.Client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: fmt.Sprintf("WorkflowType = '%s' AND ExecutionStatus = 'Completed'", contract.AnnounceType), PageSize: 1,
		})
		require.NoError(t, err)
		for _, execution := range listed.Executions {
			write(t, filepath.Join(histories, fmt.Sprintf("%s-announcement-%s-01.json.gz", release, execution.Type.Name)), d.history(t, execution))
		}
		return len(listed.Executions) > 0
	})
}

// TestRecordWebhook records what delivers to a partner's webhook: one that does not answer, until its key is revoked.
func TestRecordWebhook(t *testing.T) {
	release := os.Getenv("DESPACHO_RELEASE")
	require.NotEmpty(t, release, "DESPACHO_RELEASE names the commit that is recorded")
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	desk := openDesk(t, startDemo(t, filepath.Join(folder, "data"), "--no-run", "--orders", "20", "--speed", "300", "--env", env), env)
	book := partners.Book{Store: desk.store, Now: time.Now}
	partner, _, err := book.Add(t.Context(), partners.Request{
		Name: "WMS", Merchants: []string{desk.merchant}, Scopes: []partners.Scope{partners.Webhooks}, Expires: time.Now().Add(time.Hour),
	})
	require.NoError(t, err)
	eventually(t, "secrets can be sealed", func() bool {
		there, err := desk.store.Exists(t.Context(), storage.SealingKey())
		return err == nil && there
	})
	webhook, _, err := hooks.Book{Store: desk.store, Now: time.Now}.Add(t.Context(), desk.merchant, hooks.Webhook{
		ID: hooks.NewID(), Partner: partner.ID, URL: "https://127.0.0.1:1/", Events: contract.WebhookEvents(),
	})
	require.NoError(t, err)
	outbox := &hooks.Outbox{Store: desk.store, Wake: func(ctx context.Context, merchant, webhook string) error {
		return service.WakeWebhook(ctx, desk.runs.Client, merchant, webhook)
	}}
	news := hooks.News{Event: contract.LabelReady, ID: "recorded", Orders: []hooks.Order{{ID: "d-1"}}}
	require.NoError(t, outbox.Tell(t.Context(), desk.merchant, news))
	id := contract.WebhookID(desk.merchant, webhook.ID)
	steps := func() int {
		history := desk.history(t, &workflowpb.WorkflowExecutionInfo{Execution: &common.WorkflowExecution{WorkflowId: id}})
		return lo.CountBy(history.Events, func(e *historypb.HistoryEvent) bool { return e.EventType == enums.EVENT_TYPE_ACTIVITY_TASK_COMPLETED })
	}
	eventually(t, "it was tried twice", func() bool { return steps() >= 2 })
	_, err = book.Revoke(t.Context(), partner.ID)
	require.NoError(t, err)
	news.ID = "once more"
	require.NoError(t, outbox.Tell(t.Context(), desk.merchant, news))
	require.NoError(t, desk.runs.Client.GetWorkflow(t.Context(), id, "").Get(t.Context(), nil))
	desk.recordOpen(t, release, "webhook", id, "Deliver")
}

// TestRecordBroughtLabel records an Intake that takes a partner's label for an order of a web shop, and confirms one of a marketplace.
func TestRecordBroughtLabel(t *testing.T) {
	release := os.Getenv("DESPACHO_RELEASE")
	require.NotEmpty(t, release, "DESPACHO_RELEASE names the commit that is recorded")
	c := openCounter(t, "--orders", "20", "--speed", "300")
	intakes := client.TemporalIntakes{Client: c.temporal}
	require.NoError(t, intakes.Begin(t.Context(), c.merchant))
	shop, found := lo.Find(c.report(t).Orders, func(o sandbox.ReportOrder) bool { return o.Fate == sandbox.FateShop })
	require.True(t, found)
	c.becomes(t, contract.IntakeUnsupported, shop)
	brought, err := client.BringLabel(t.Context(), intakes, c.store, c.merchant, shop.ID, zplOf(shop))
	require.NoError(t, err)
	require.Equal(t, contract.BroughtStored, brought.Outcome, brought.Reason.Words)
	_, err = intakes.Confirm(t.Context(), c.merchant, contract.ConfirmRequest{Orders: []string{shop.ID}})
	require.NoError(t, err)
	c.recordOpen(t, release, "brought", contract.IntakeID(c.merchant), "TakeBroughtLabel")
}

// TestRecordDrawnLabel records what draws a label that a partner has brought.
func TestRecordDrawnLabel(t *testing.T) {
	release := os.Getenv("DESPACHO_RELEASE")
	require.NotEmpty(t, release, "DESPACHO_RELEASE names the commit that is recorded")
	c := openCounter(t, "--no-run", "--orders", "20", "--speed", "300")
	file, err := paper.PDF(paper.FourBySix, true, paper.Label{Title: "Courier Sur", Tracking: "7700000000123", Code: "7700000000123"})
	require.NoError(t, err)
	stored, err := c.store.PutBytes(t.Context(), storage.LabelPrefix(c.merchant, "c1"), ".pdf", "application/pdf", file)
	require.NoError(t, err)
	label := client.StoredLabel{Key: stored.Key, Format: "pdf", SHA256: stored.SHA256}
	_, why, err := client.LabelPicture(t.Context(), client.TemporalDrawer{Client: c.temporal}, c.store, c.merchant, label, 1)
	require.NoError(t, err)
	require.Empty(t, why.Words)
	c.recordOpen(t, release, "drawn", contract.DrawLabelID(c.merchant, stored.SHA256, 1), "DrawLabel")
}

// recordOpen writes the history of a workflow, which may still be open, once a step of it has ended.
func (d desk) recordOpen(t *testing.T, release, name, id, step string) {
	t.Helper()
	var history *historypb.History
	eventually(t, name+" has done "+step, func() bool {
		history = d.history(t, &workflowpb.WorkflowExecutionInfo{Execution: &common.WorkflowExecution{WorkflowId: id}})
		return strings.Contains(wayOf(history), "Completed") && strings.Contains(wayOf(history), step)
	})
	kind := history.Events[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowType().GetName()
	write(t, filepath.Join(histories, fmt.Sprintf("%s-%s-%s-01.json.gz", release, name, kind)), history)
}

// record waits for the end of a run and of its connections, and writes their histories.
func (d desk) record(t *testing.T, release string, run client.Started) {
	t.Helper()
	_, _ = d.runs.Wait(t.Context(), run.WorkflowID)
	var executions []*workflowpb.WorkflowExecutionInfo
	eventually(t, "all of "+run.Run+" is over", func() bool {
		listed, err := d.runs.Client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
			Query: fmt.Sprintf("%s = '%s'", contract.RunAttribute.GetName(), run.Run), PageSize: 1000,
		})
		require.NoError(t, err)
		executions = listed.Executions
		return len(executions) > 0 && lo.EveryBy(executions, func(e *workflowpb.WorkflowExecutionInfo) bool {
			return e.Status != enums.WORKFLOW_EXECUTION_STATUS_RUNNING
		})
	})
	kept := map[string]bool{}
	for _, execution := range executions {
		history := d.history(t, execution)
		// Executions that took the same way tell a replay nothing new.
		way := wayOf(history)
		if kept[way] {
			continue
		}
		kept[way] = true
		write(t, filepath.Join(histories, fmt.Sprintf("%s-%s-%s-%02d.json.gz", release, run.Run, execution.Type.Name, len(kept))), history)
	}
}

func (d desk) history(t *testing.T, execution *workflowpb.WorkflowExecutionInfo) *historypb.History {
	t.Helper()
	iterator := d.runs.Client.GetWorkflowHistory(t.Context(), execution.Execution.WorkflowId, execution.Execution.RunId, false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	history := &historypb.History{}
	for iterator.HasNext() {
		event, err := iterator.Next()
		require.NoError(t, err)
		history.Events = append(history.Events, event)
	}
	return history
}

// wayOf is the workflow's type and its events' types, each once, in order of first appearance.
func wayOf(history *historypb.History) string {
	words := []string{history.Events[0].GetWorkflowExecutionStartedEventAttributes().GetWorkflowType().GetName()}
	for _, event := range history.Events {
		words = append(words, event.EventType.String()+event.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName())
	}
	return strings.Join(lo.Uniq(words), " ")
}

func write(t *testing.T, path string, history *historypb.History) {
	t.Helper()
	require.NoError(t, recorded.Write(path, history))
}
