package door

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage/storagetest"
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

// killer ends a gateway at its nth step: a write to the store or a call to Temporal. Before that step everything works;
// afterwards nothing does. Done says that the last step happens, and only its answer is lost.
type killer struct {
	mu   sync.Mutex
	at   int
	done bool
	step int
	dead bool
}

var errKilled = errors.New("the gateway is no more")

// pass counts a step; before says that it must not happen, after that its answer is lost.
func (k *killer) pass() (before, after bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead {
		return true, false
	}
	k.step++
	if k.step < k.at {
		return false, false
	}
	k.dead = true
	return !k.done, k.done
}

func (k *killer) survived() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.dead
}

// mortalRuns, mortalStatuses and mortalIntakes are those of a gateway that may end.
type mortalRuns struct {
	*clienttest.Runs
	*killer
}

func (m mortalRuns) call(what func() error) error {
	before, after := m.pass()
	if before {
		return errKilled
	}
	err := what()
	if after {
		return errKilled
	}
	return err
}

func (m mortalRuns) Start(ctx context.Context, id string, input contract.LabelRunInput) error {
	return m.call(func() error { return m.Runs.Start(ctx, id, input) })
}

func (m mortalRuns) Cancel(ctx context.Context, id string) error {
	return m.call(func() error { return m.Runs.Cancel(ctx, id) })
}

func (m mortalRuns) RetryOnce(ctx context.Context, id, update string, request contract.RetryRequest) (a contract.RetryAnswer, err error) {
	err = m.call(func() error {
		a, err = m.Runs.RetryOnce(ctx, id, update, request)
		return err
	})
	return a, err
}

func (m mortalRuns) Describe(ctx context.Context, id string) (d client.Description, err error) {
	err = m.call(func() error {
		d, err = m.Runs.Describe(ctx, id)
		return err
	})
	return d, err
}

type mortalStatuses struct {
	*fakeStatuses
	runs mortalRuns
}

func (m mortalStatuses) Start(ctx context.Context, id string, input contract.StatusChangeInput) error {
	return m.runs.call(func() error { return m.fakeStatuses.Start(ctx, id, input) })
}

type mortalIntakes struct {
	client.Intakes
	runs mortalRuns
}

func (m mortalIntakes) Confirm(ctx context.Context, merchant string, request contract.ConfirmRequest) (c contract.ConfirmedOrders, err error) {
	err = m.runs.call(func() error {
		c, err = m.Intakes.Confirm(ctx, merchant, request)
		return err
	})
	return c, err
}

// mortal opens a door whose every step may be its last.
func (s *scene) mortal(k *killer) {
	runs := mortalRuns{s.runs, k}
	s.open(func(o *Options) {
		o.Runs, o.Statuses, o.Intakes = runs, mortalStatuses{s.statuses, runs}, mortalIntakes{s.intakes, runs}
	})
	s.server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call != storagetest.PutObject || strings.Contains(r.URL.Path, "/partners/") {
			return storagetest.Fault{}
		}
		before, after := k.pass()
		switch {
		case before:
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		case after:
			// What was sent is done, and nobody hears of it: neither this try nor those of the client behind it.
			return storagetest.Fault{CutAfter: true}
		}
		return storagetest.Fault{}
	})
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
		prepare func(t *testing.T) *scene
		path    string
		body    any
		steps   int
		check   func(t *testing.T, s *scene, answer got)
	}{
		"a batch": {play, "/v1/batches", BatchRequest{ExternalBatchID: "pick-1", Orders: many}, 4, func(t *testing.T, s *scene, _ got) {
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
		"a status change": {play, "/v1/status-changes", StatusRequest{To: "shipped", Rows: []StatusRow{{Order: "d1", TrackingNumber: "T1"}}}, 3, func(t *testing.T, s *scene, _ got) {
			assert.Equal(t, 1, s.statuses.started)
		}},
		"a confirmation": {play, "/v1/orders/confirm", ConfirmRequest{Orders: []string{"1"}}, 3, func(t *testing.T, s *scene, _ got) {
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

var madeKey = regexp.MustCompile(`api-[0-9a-f]{32}`)

// withoutKey leaves out the key that is made of the partner's id, which is another one in each scene.
func withoutKey(text string) string { return madeKey.ReplaceAllString(text, "api-…") }

// openBatch is a door with a batch that is open and stays so.
func openBatch(t *testing.T) *scene {
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
