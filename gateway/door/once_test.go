package door

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
)

func TestTheSameIdempotencyKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	s := play(t)
	request := BatchRequest{ExternalBatchID: "pick-1"}
	first := s.post("/v1/batches", "k", request)
	again := s.post("/v1/batches", `"k"`, request)
	assert.Equal(t, http.StatusAccepted, again.Status)
	assert.JSONEq(t, string(first.Body), string(again.Body))
	assert.Equal(t, first.Header.Get("Location"), again.Header.Get("Location"))

	for range 3 {
		assert.Equal(t, http.StatusOK, s.post("/v1/orders/confirm", "stock", ConfirmRequest{Orders: []string{"1"}}).Status)
	}
	assert.Equal(t, []string{"m-1 1"}, s.intakes.confirmed, "what has an answer is not done again")
	assert.Equal(t, CodeKeyReused, s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "pick-2"}).problem(t).Code)
	assert.Equal(t, CodeKeyReused, s.post("/v1/orders/confirm", "k", ConfirmRequest{Orders: []string{"1"}}).problem(t).Code)
	missing := s.ask(http.MethodPost, "/v1/batches", request)
	assert.Equal(t, http.StatusBadRequest, missing.Status)
	assert.Equal(t, CodeKeyMissing, missing.problem(t).Code)
	assert.Equal(t, CodeKeyMissing, s.post("/v1/batches", strings.Repeat("x", 256), request).problem(t).Code)
}

func TestTheSameExternalBatchIDIsTheSameBatch(t *testing.T) {
	t.Parallel()
	s := play(t)
	decoded[Batch](t, s.post("/v1/batches", "a", BatchRequest{ExternalBatchID: "pick-1"}))
	same := decoded[Batch](t, s.post("/v1/batches", "b", BatchRequest{ExternalBatchID: "pick-1"}))
	assert.Equal(t, "m-1~pick-1", same.ID)
	assert.Len(t, s.runs.Runs, 1)
	other := s.post("/v1/batches", "c", BatchRequest{ExternalBatchID: "pick-1", LabelFormat: "pdf"})
	assert.Equal(t, http.StatusConflict, other.Status)
	p := other.problem(t)
	assert.Equal(t, CodeDiffers, p.Code)
	assert.Contains(t, p.Errors[0].Message, "format")
}

func TestARequestUnderWayIsNotBegunAgain(t *testing.T) {
	t.Parallel()
	s := play(t)
	begun, release := make(chan struct{}), make(chan struct{})
	s.open(func(o *Options) {
		o.Runs = slowRuns{s.runs, func() {
			close(begun)
			<-release
		}}
	})
	came := make(chan got, 1)
	go func() { came <- s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "pick-1"}) }()
	<-begun
	meanwhile := s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "pick-1"})
	assert.Equal(t, http.StatusConflict, meanwhile.Status)
	assert.Equal(t, CodeInProgress, meanwhile.problem(t).Code)
	assert.NotEmpty(t, meanwhile.Header.Get("Retry-After"))
	close(release)
	assert.Equal(t, http.StatusAccepted, (<-came).Status)
	assert.Equal(t, http.StatusAccepted, s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "pick-1"}).Status)
}

// slowRuns call before they start a run.
type slowRuns struct {
	*clienttest.Runs
	before func()
}

func (r slowRuns) Start(ctx context.Context, id string, input contract.LabelRunInput) error {
	r.before()
	return r.Runs.Start(ctx, id, input)
}

// TestAGatewayMayEndAtAnyStep ends the gateway at each write to the store and each call to Temporal, and asks another
// gateway again, once the first one's time is over: what was asked for is done once, and answered as if nothing had been.
func TestAGatewayMayEndAtAnyStep(t *testing.T) {
	t.Parallel()
	many := make([]OrderName, 120)
	for i := range many {
		many[i] = OrderName{Order: fmt.Sprint("order-", i)}
	}
	for name, c := range map[string]struct {
		prepare func(t testing.TB) *scene
		path    string
		body    any
		steps   int
		check   func(t *testing.T, s *scene, answer got)
	}{
		"a batch": {playing, "/v1/batches", BatchRequest{ExternalBatchID: "pick-1", Orders: many}, 4, func(t *testing.T, s *scene, _ got) {
			assert.Len(t, s.runs.Runs, 1)
		}},
		"a retry of a batch that is over": {published, "/v1/batches/m-1~k1/retry", RetryRequest{}, 4, func(t *testing.T, s *scene, answer got) {
			assert.Len(t, s.runs.Runs, 2, "one new batch")
			assert.Equal(t, "m-1~k1-retry-1", decoded[Batch](t, answer).ID)
		}},
		"a retry of an open batch": {openBatch, "/v1/batches/m-1~k1/retry", RetryRequest{}, 3, func(t *testing.T, s *scene, _ got) {
			assert.Len(t, s.runs.Runs, 1)
			assert.Len(t, s.runs.Started(t, contract.RunID(merchant, "k1")).Retries, 1)
		}},
		"a cancellation": {openBatch, "/v1/batches/m-1~k1/cancel", nil, 3, func(t *testing.T, s *scene, _ got) {
			assert.True(t, s.runs.Started(t, contract.RunID(merchant, "k1")).Cancelled)
		}},
		"a status change": {playing, "/v1/status-changes", StatusRequest{To: "shipped", Rows: []StatusRow{{Order: "d1", TrackingNumber: "T1"}}}, 3, func(t *testing.T, s *scene, _ got) {
			assert.Equal(t, 1, s.statuses.started)
		}},
		"a confirmation": {playing, "/v1/orders/confirm", ConfirmRequest{Orders: []string{"1"}}, 3, func(t *testing.T, s *scene, _ got) {
			assert.Contains(t, s.intakes.confirmed, "m-1 1")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := c.prepare(t)
			want := whole.post(c.path, "k", c.body)
			require.Less(t, want.Status, 300, string(want.Body))
			steps := 0
			for _, done := range []bool{false, true} {
				for at := 1; ; at++ {
					s := c.prepare(t)
					k := &killer{at: at, done: done}
					s.mortal(k)
					broken := s.post(c.path, "k", c.body)
					if k.survived() {
						break
					}
					steps++
					if broken.Status < 300 && !done {
						t.Fatalf("step %d: it was answered although it did not happen: %s", at, broken.Body)
					}
					s.server.InjectFaults(nil)
					s.pass(holdFor)
					if retry := s.runs.Runs[contract.RunID(merchant, "k1-retry-1")]; retry != nil {
						retry.State = contract.RunCompleted // it has ended meanwhile, and its key is taken
					}
					s.open(nil)
					again := s.post(c.path, "k", c.body)
					assert.Equal(t, want.Status, again.Status, "step %d: %s", at, again.Body)
					assert.JSONEq(t, withoutKey(string(want.Body)), withoutKey(string(again.Body)), "step %d", at)
					assert.Equal(t, withoutKey(want.Header.Get("Location")), withoutKey(again.Header.Get("Location")))
					assert.Equal(t, again.Body, s.post(c.path, "k", c.body).Body, "step %d, once more", at)
					c.check(t, s, again)
				}
			}
			assert.GreaterOrEqual(t, steps, 2*c.steps, "every step was tried")
		})
	}
}

func playing(t testing.TB) *scene { return play(t) }

var madeKey = regexp.MustCompile(`api-[0-9a-f]{32}`)

// withoutKey leaves out the key that is made of the partner's id, which is another one in each scene.
func withoutKey(text string) string { return madeKey.ReplaceAllString(text, "api-…") }

// openBatch is a door with a batch that is open and stays so.
func openBatch(t testing.TB) *scene {
	t.Helper()
	s := play(t)
	s.runs.Add(contract.RunID(merchant, "k1"), &clienttest.Run{
		Request: contract.LabelRunInput{Merchant: merchant}, State: contract.RunRunning, Over: make(chan struct{}),
		Progress: []contract.RunResult{{State: contract.RunRunning, Requested: 2}},
	})
	return s
}

// TestABrokenRequestMayBeSentAgainAtOnce: where the gateway lives on, nobody waits for its time to be over.
func TestABrokenRequestMayBeSentAgainAtOnce(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.runs.StartError = context.DeadlineExceeded
	away := s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "pick-1"})
	assert.Equal(t, http.StatusServiceUnavailable, away.Status)
	assert.Equal(t, CodeAway, away.problem(t).Code)
	assert.Equal(t, "5", away.Header.Get("Retry-After"))
	s.runs.StartError = nil
	assert.Equal(t, http.StatusAccepted, s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "pick-1"}).Status)
}

func TestABatchThatIsOverIsNotCancelled(t *testing.T) {
	t.Parallel()
	s := published(t)
	assert.Equal(t, CodeBatchOver, s.post("/v1/batches/m-1~k1/cancel", "k", nil).problem(t).Code)
}

// TestTwoPartnersMayUseTheSameIdempotencyKey: it is each partner's own.
func TestTwoPartnersMayUseTheSameIdempotencyKey(t *testing.T) {
	t.Parallel()
	s := play(t)
	decoded[Batch](t, s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "a"}))
	s.key = s.addKey(t, partners.Scopes(), merchant)
	s.pass(time.Second)
	decoded[Batch](t, s.post("/v1/batches", "k", BatchRequest{ExternalBatchID: "b"}))
}
