package workflows

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
)

// StatusChangeInput asks for a status of some orders. The key is the last part of the workflow id.
type StatusChangeInput struct {
	Merchant string `json:"merchant"`
	activities.StatusRequest
	// Settings override the worker's; zero means the worker's value.
	Settings activities.Settings `json:"settings,omitzero"`
	// State is what the change takes along when it continues as new; others leave it out.
	State *StatusChangeState `json:"state,omitempty"`
}

// StatusResult is the answer of a StatusChange.
type StatusResult = statusbook.Result

// StatusChangeState is what a StatusChange takes along when it continues as new.
type StatusChangeState struct {
	Settings activities.Settings `json:"settings"`
	Pages    int                 `json:"pages"`
	// Next is the first page that nothing was sent of.
	Next   int          `json:"next"`
	Open   []statusPage `json:"open,omitempty"`
	Delays pace.Delays  `json:"delays,omitempty"`
	Result StatusResult `json:"result"`
	// HubTime is the hub's time as it was at At.
	HubTime time.Time `json:"hub_time,omitzero"`
	At      time.Time `json:"at,omitzero"`
	// Verified: an event was told.
	Verified bool `json:"verified,omitempty"`
}

// statusPage is a page of rows that have not all ended.
type statusPage struct {
	Number int                        `json:"number"`
	Round  int                        `json:"round"`
	Groups []statusbook.Group         `json:"groups,omitempty"`
	Ended  map[statusbook.Outcome]int `json:"ended,omitempty"`
	// Sent: its rows have been worked on once.
	Sent bool `json:"sent,omitempty"`

	busy bool
}

const (
	// senders and lookers are how many pages are sent, and looked at, at the same time.
	senders = 2
	lookers = 4
	// openPages bounds the pages whose statuses are on their way.
	openPages = 100
	// lookTogether is how long a look waits for others that come due; the hub's time.
	lookTogether = 10 * time.Second
	// statusHistory is after how many events a StatusChange continues as new.
	statusHistory = 6000
)

var statusChangeIDPattern = regexp.MustCompile(`^status/([A-Za-z0-9._-]{1,64})/([A-Za-z0-9._:-]{1,128})$`)

// ParseStatusChangeID takes a StatusChange's workflow id apart; colons become hyphens in the key.
func ParseStatusChangeID(id string) (merchant, key string, err error) {
	parts := statusChangeIDPattern.FindStringSubmatch(id)
	if parts == nil {
		return "", "", fmt.Errorf("workflow id %q is not status/<merchant>/<key> with letters, digits, dots, hyphens and underscores", id)
	}
	return parts[1], strings.ReplaceAll(parts[2], ":", "-"), nil
}

// StatusChange takes shipment statuses of a partner to the channels, and proves for each that it is
// there: it reads each order, sends what the rules allow, looks when the channel should have it,
// sends again what is not there after ten minutes, and closes the books. Its result is in figures;
// how every row ended stands in the store.
func StatusChange(ctx workflow.Context, in StatusChangeInput) (StatusResult, error) {
	s, err := newStatusChange(ctx, in)
	if err != nil {
		return StatusResult{}, err
	}
	background, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(background, func(g workflow.Context) {
		ctx.Done().Receive(g, nil)
		s.cancelled, s.news = true, true
	})
	workflow.Go(background, func(g workflow.Context) {
		for {
			var news AccountNews
			workflow.GetSignalChannel(g, AccountSignal).Receive(g, &news)
			s.hearAccount(g, news)
		}
	})
	known, err := s.open(background)
	switch {
	case err != nil:
		return s.fail(background, err)
	case known != nil:
		return *known, nil
	}
	if err := s.work(background); err != nil {
		return s.result, err
	}
	return s.close(background)
}

// statusChange is the state of one status change.
type statusChange struct {
	StatusChangeState
	in     StatusChangeInput
	scope  activities.StatusScope
	result StatusResult

	// sending and looking count the steps under way; news: something has happened since the last look around.
	sending, looking int
	news             bool
	cancelled        bool
	trouble          error
}

func newStatusChange(ctx workflow.Context, in StatusChangeInput) (*statusChange, error) {
	merchant, key, err := ParseStatusChangeID(workflow.GetInfo(ctx).WorkflowExecution.ID)
	if err == nil && in.Merchant != merchant {
		err = fmt.Errorf("the input names merchant %.64q, the workflow id %q", in.Merchant, merchant)
	}
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), activities.ErrorRequest, nil)
	}
	s := &statusChange{in: in, scope: activities.StatusScope{
		Merchant: merchant, Key: key, To: in.To, PickUp: in.PickUp, From: in.From, Until: in.Until, Closed: in.Closed,
	}}
	s.result = StatusResult{
		Key: key, Merchant: merchant, To: string(in.To), PickUp: in.PickUp, State: statusbook.Running,
		Outcomes: map[statusbook.Outcome]int{}, Channels: []statusbook.Figures{},
	}
	if in.State != nil {
		s.StatusChangeState = *in.State
		s.result = in.State.Result
	}
	return s, workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, func() (StatusResult, error) { return s.result, nil },
		workflow.QueryHandlerOptions{Description: "the status change in figures, as its result will be"})
}

// open records the request and lays its rows out in pages; a change that has ended answers with its result.
func (s *statusChange) open(ctx workflow.Context) (*StatusResult, error) {
	if s.in.State != nil {
		s.scope.Settings = s.Settings
		return nil, nil
	}
	s.attributes(ctx)
	var opened activities.OpenedStatusChange
	in := activities.OpenStatusChangeInput{Merchant: s.scope.Merchant, Key: s.scope.Key, Request: s.in.StatusRequest, Settings: s.in.Settings}
	if err := workflow.ExecuteActivity(hubStep(ctx, "record the request"), statusChanges.OpenStatusChange, in).Get(ctx, &opened); err != nil {
		return nil, err
	}
	if opened.Result != nil {
		return opened.Result, nil
	}
	s.Settings, s.scope.Settings, s.Pages, s.Next, s.Delays = opened.Settings, opened.Settings, opened.Pages, 1, opened.Delays
	s.result.Requested = opened.Requested
	s.hearAccount(ctx, AccountNews{Paused: opened.Paused})
	s.attributes(ctx)
	return nil, nil
}

// work sends pages and looks at them until every row has ended, or the change is cancelled.
func (s *statusChange) work(ctx workflow.Context) error {
	for {
		s.news = false
		s.show(ctx)
		rest := restAtMost
		switch ending := s.cancelled || s.full(ctx); {
		case s.flying() > 0 && ending:
		case s.done(), s.cancelled:
			return nil
		case ending:
			return s.again(ctx)
		default:
			s.dispatch(ctx)
			rest = s.rest(ctx)
		}
		if _, err := awaitUpTo(ctx, rest, "until a status should be on its channel", func() bool { return s.news }); err != nil {
			return err
		}
	}
}

func (s *statusChange) flying() int { return s.sending + s.looking }

func (s *statusChange) done() bool { return s.Next > s.Pages && len(s.Open) == 0 && s.flying() == 0 }

// full says whether the history is long enough to continue as new, of which a last batch of steps is no part.
func (s *statusChange) full(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetCurrentHistoryLength() >= statusHistory || info.GetContinueAsNewSuggested()
}

// again continues as new with everything that is known.
func (s *statusChange) again(ctx workflow.Context) error {
	for news := (AccountNews{}); workflow.GetSignalChannel(ctx, AccountSignal).ReceiveAsync(&news); {
		s.hearAccount(ctx, news)
	}
	s.Result = s.result
	in := s.in
	in.State = &s.StatusChangeState
	return workflow.NewContinueAsNewError(ctx, StatusChange, in)
}

// close gives up what is left after a cancellation, and closes the books.
func (s *statusChange) close(ctx workflow.Context) (StatusResult, error) {
	state, reason := statusbook.Completed, ""
	if s.cancelled && !s.done() {
		state, reason = statusbook.Cancelled, "it was cancelled"
		if err := s.giveUpAll(ctx, "the status change was cancelled"); err != nil {
			return s.fail(ctx, err)
		}
	}
	if s.trouble != nil {
		return s.fail(ctx, s.trouble)
	}
	in := activities.CloseStatusChangeInput{
		StatusScope: s.scope, Pages: s.Pages, Requested: s.result.Requested, State: state, Reason: reason, Delays: s.Delays,
	}
	var closed StatusResult
	if err := workflow.ExecuteActivity(hubStep(ctx, "close the books"), statusChanges.CloseStatusChange, in).Get(ctx, &closed); err != nil {
		return s.fail(ctx, err)
	}
	s.result = closed
	s.attributes(ctx)
	s.show(ctx)
	if state == statusbook.Cancelled {
		return closed, temporal.NewCanceledError(closed)
	}
	return closed, nil
}

func (s *statusChange) fail(ctx workflow.Context, err error) (StatusResult, error) {
	s.result.State, s.result.Reason = statusbook.Failed, books.Reason(errorWords(err))
	s.attributes(ctx)
	s.show(ctx)
	kind := errorType(err)
	if kind == "" {
		kind = "StatusChangeFailed"
	}
	// All wrong rows are named: the reason is cut, the message is not.
	return s.result, temporal.NewNonRetryableApplicationError(fmt.Sprintf("status change %s: %s", s.result.Key, errorWords(err)), kind, nil, s.result)
}

// errStuck marks an error that leaves rows without an outcome.
var errStuck = errors.New("rows of the status change could not be settled")
