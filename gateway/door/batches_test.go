package door

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
)

func TestAPartnerAsksForLabels(t *testing.T) {
	t.Parallel()
	s := play(t)
	orders := []OrderName{{Order: "2000001"}, {Order: "D-2", Connection: "c1"}}
	came := s.post("/v1/batches", "k1", BatchRequest{ExternalBatchID: "pick-1", Orders: orders, LabelFormat: "pdf", Stock: "4x6in", Within: "90m"})
	batch := decoded[Batch](t, came)
	assert.Equal(t, http.StatusAccepted, came.Status)
	assert.Equal(t, "m-1~pick-1", batch.ID)
	assert.Equal(t, BatchOpen, batch.Status)
	assert.Equal(t, "/v1/batches/m-1~pick-1", came.Header.Get("Location"))
	run := s.runs.Started(t, contract.RunID(merchant, "pick-1"))
	assert.Equal(t, "pdf", run.Request.Format)
	assert.Equal(t, "4x6in", run.Request.Stock)
	assert.Len(t, run.Request.Orders, 2)

	run.Progress = []contract.RunResult{{State: contract.RunRunning, Requested: 2, Outcomes: map[contract.Outcome]int{contract.Labelled: 1}}}
	run.EndAfter = 0
	seen := decoded[Batch](t, s.get(came.Header.Get("Location")))
	assert.Equal(t, BatchProcessing, seen.Status)
	assert.Equal(t, map[string]int{"labelled": 1}, seen.Counts)
}

// published is a door with a batch that is over.
func published(t testing.TB) *scene {
	t.Helper()
	s := play(t)
	result := clienttest.Publish(t, s.store, merchant, "k1")
	s.runs.Add(contract.RunID(merchant, "k1"), &clienttest.Run{State: contract.RunCompleted, Result: result, Request: contract.LabelRunInput{Merchant: merchant}})
	return s
}

func TestABatchThatIsOver(t *testing.T) {
	t.Parallel()
	s := published(t)
	batch := decoded[Batch](t, s.get("/v1/batches/m-1~k1"))
	assert.Equal(t, BatchWithErrors, batch.Status)
	assert.Equal(t, 4, batch.Requested)
	assert.Equal(t, 1, batch.Failed)

	page := decoded[BatchOrders](t, s.get("/v1/batches/m-1~k1/orders?limit=3", "Accept-Language", "es-CL,en;q=0.5"))
	require.Len(t, page.Orders, 3)
	assert.Equal(t, 1, *page.Orders[0].Position)
	assert.Equal(t, "channel_says", page.Orders[2].Reason.Code)
	assert.NotEqual(t, "labelled", page.Orders[0].OutcomeWords)
	assert.Contains(t, page.Orders[2].Words, "not <printable> any more")
	assert.NotContains(t, page.Orders[2].Words, "the channel says", "in Spanish")
	rest := decoded[BatchOrders](t, s.get("/v1/batches/m-1~k1/orders?limit=3&cursor="+page.NextCursor))
	require.Len(t, rest.Orders, 1)
	assert.Empty(t, rest.NextCursor)
	rejected := decoded[BatchOrders](t, s.get("/v1/batches/m-1~k1/orders?outcome=rejected"))
	require.Len(t, rejected.Orders, 1)
	assert.Contains(t, rejected.Orders[0].Words, "the channel says")
	other := s.get("/v1/batches/m-1~k1/orders?outcome=rejected&cursor=" + page.NextCursor)
	assert.Equal(t, CodeCursor, other.problem(t).Code)
}

func TestTheFilesOfABatch(t *testing.T) {
	t.Parallel()
	s := published(t)
	files := decoded[BatchFiles](t, s.get("/v1/batches/m-1~k1/files"))
	require.Len(t, files.Files, 4)
	assert.Equal(t, "labels", files.Files[0].Kind)
	response, err := http.Get(files.Files[0].URL)
	require.NoError(t, err)
	defer response.Body.Close()
	assert.Equal(t, http.StatusOK, response.StatusCode)
}

func TestFilesThatHaveExpired(t *testing.T) {
	t.Parallel()
	s := published(t)
	var gone []string
	require.NoError(t, s.store.List(t.Context(), "runs/m-1/k1/print/", collect(&gone)))
	require.NoError(t, s.store.Delete(t.Context(), gone...))
	assert.Equal(t, CodeGone, s.get("/v1/batches/m-1~k1/files").problem(t).Code)
}

func TestWaitingForLabels(t *testing.T) {
	t.Parallel()
	s := published(t)
	came := s.post("/v1/batches?wait=30s", "w", BatchRequest{ExternalBatchID: "k1"})
	batch := decoded[Batch](t, came)
	assert.Equal(t, http.StatusOK, came.Status)
	assert.Len(t, batch.Files, 4)

	came = s.post("/v1/batches?wait=10ms", "w2", BatchRequest{ExternalBatchID: "k2"})
	assert.Equal(t, http.StatusAccepted, came.Status, "it goes on: %s", came.Body)
	assert.Equal(t, CodeBadRequest, s.post("/v1/batches?wait=2m", "w3", BatchRequest{ExternalBatchID: "k3"}).problem(t).Code)
}

func TestBatchesAreListed(t *testing.T) {
	t.Parallel()
	s := published(t)
	for _, key := range []string{"a", "b", "c"} {
		decoded[Batch](t, s.post("/v1/batches", key, BatchRequest{ExternalBatchID: key}))
	}
	first := decoded[BatchList](t, s.get("/v1/batches?limit=3"))
	require.Len(t, first.Batches, 3)
	second := decoded[BatchList](t, s.get("/v1/batches?limit=3&cursor="+first.NextCursor))
	require.Len(t, second.Batches, 1)
	assert.Empty(t, second.NextCursor)
	assert.Equal(t, BatchWithErrors, second.Batches[0].Status)
	only := decoded[BatchList](t, s.get("/v1/batches?status=completed_with_errors"))
	require.Len(t, only.Batches, 1)
	assert.Contains(t, s.runs.Queries[len(s.runs.Queries)-1], "ExecutionStatus = 'Canceled'")
}

func TestManyOrdersGoIntoAnObject(t *testing.T) {
	t.Parallel()
	s := play(t)
	var orders []OrderName
	for range 300 {
		orders = append(orders, OrderName{Order: strings.Repeat("9", 1+len(orders)%120) + string(rune('a'+len(orders)%26)) + string(rune('a'+len(orders)/26))})
	}
	decoded[Batch](t, s.post("/v1/batches", "many", BatchRequest{ExternalBatchID: "many", Orders: orders}))
	var stored []contract.OrderReference
	run := s.runs.Started(t, contract.RunID(merchant, "many"))
	require.NoError(t, s.store.Get(t.Context(), run.Request.OrdersKey, &stored))
	assert.Len(t, stored, 300)
}

// TestWhatIsJustClosingGoesOn: who reads of the end finds files and rows.
func TestWhatIsJustClosingGoesOn(t *testing.T) {
	t.Parallel()
	s := openBatch(t)
	s.runs.Started(t, contract.RunID(merchant, "k1")).Progress = []contract.RunResult{{State: contract.RunCompleted, Requested: 2}}
	assert.Equal(t, BatchProcessing, decoded[Batch](t, s.get("/v1/batches/m-1~k1")).Status)
	assert.Equal(t, BatchProcessing, decoded[BatchFiles](t, s.get("/v1/batches/m-1~k1/files")).Status)
	s.statuses.changes[contract.StatusChangeID(merchant, "s1")] = contract.StatusChangeInput{}
	assert.Equal(t, "running", decoded[StatusChange](t, s.get("/v1/status-changes/m-1~s1")).State)
}
