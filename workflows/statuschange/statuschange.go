package statuschange

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities/pace"
	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
	"github.com/despacho/despacho/workflows"
)

// statusChangeInput is the input of a StatusChange: a request and, when it continues as new, its state
// so far.
type statusChangeInput struct {
	contract.StatusChangeInput
	State *StatusChangeState `json:"state,omitempty"`
}

// StatusChangeState is what a StatusChange carries over when it continues as new.
type StatusChangeState struct {
	Settings contract.Settings `json:"settings"`
	Pages    int               `json:"pages"`
	// Next is the first page of which nothing was sent yet.
	Next   int                   `json:"next"`
	Open   []statusPage          `json:"open,omitempty"`
	Delays pace.Delays           `json:"delays,omitempty"`
	Result contract.StatusResult `json:"result"`
	// HubTime is the hub's time at the moment At.
	HubTime time.Time `json:"hub_time,omitzero"`
	At      time.Time `json:"at,omitzero"`
	// Verified: the search attribute of the event is set.
	Verified bool `json:"verified,omitempty"`
}

// statusPage is a page of rows that have not all ended.
type statusPage struct {
	Number int                            `json:"number"`
	Round  int                            `json:"round"`
	Groups []statusbook.Group             `json:"groups,omitempty"`
	Ended  map[contract.StatusOutcome]int `json:"ended,omitempty"`
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
	// lookTogether is how long a look waits for others that are due soon, in hub time.
	lookTogether = 10 * time.Second
	// statusHistory bounds a history: after so many events a StatusChange continues as new.
	statusHistory = 6000
)

// StatusChange brings a partner's shipment statuses to the channels and proves of each that it
// arrived. It reads each order, sends what the rules allow, looks when the channel should have it,
// sends again after ten minutes, and closes the books. Its result is in figures; how every row ended
// is in the store.
func StatusChange(ctx workflow.Context, in statusChangeInput) (contract.StatusResult, error) {
	s, err := newStatusChange(ctx, in)
	if err != nil {
		return contract.StatusResult{}, err
	}
	background, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(background, func(g workflow.Context) {
		ctx.Done().Receive(g, nil)
		s.cancelled, s.news = true, true
	})
	workflow.Go(background, func(g workflow.Context) {
		for {
			var news contract.AccountNews
			workflow.GetSignalChannel(g, contract.AccountSignal).Receive(g, &news)
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
	in     statusChangeInput
	scope  statuses.StatusScope
	result contract.StatusResult

	// sending and looking count the running steps; news: something has happened since the last look
	// around.
	sending, looking int
	news             bool
	cancelled        bool
	trouble          error
}

func newStatusChange(ctx workflow.Context, in statusChangeInput) (*statusChange, error) {
	merchant, key, err := contract.ParseStatusChangeID(workflow.GetInfo(ctx).WorkflowExecution.ID)
	if err == nil && in.Merchant != merchant {
		err = fmt.Errorf("the input names merchant %.64q, but the workflow id names %q", in.Merchant, merchant)
	}
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), contract.ErrorRequest, nil)
	}
	s := &statusChange{in: in, scope: statuses.StatusScope{
		Merchant: merchant, Key: key, To: channels.Status(in.To), PickUp: in.PickUp, From: in.From, Until: in.Until, Closed: in.Closed,
	}}
	s.result = contract.StatusResult{
		Key: key, Merchant: merchant, To: in.To, PickUp: in.PickUp, State: contract.RunRunning,
		Outcomes: map[contract.StatusOutcome]int{}, Channels: []contract.ChannelFigures{},
	}
	if in.State != nil {
		s.StatusChangeState = *in.State
		s.result = in.State.Result
	}
	return s, workflow.SetQueryHandlerWithOptions(ctx, contract.ProgressQuery, func() (contract.StatusResult, error) { return s.result, nil },
		workflow.QueryHandlerOptions{Description: "the status change so far, in the form of its result"})
}

// open records the request and divides its rows into pages. A change that has already ended returns
// its result.
func (s *statusChange) open(ctx workflow.Context) (*contract.StatusResult, error) {
	if s.in.State != nil {
		s.scope.Settings = s.Settings
		return nil, nil
	}
	s.attributes(ctx)
	var opened statuses.OpenedStatusChange
	in := statuses.OpenStatusChangeInput{Merchant: s.scope.Merchant, Key: s.scope.Key, Request: s.in.StatusRequest, Settings: s.in.Settings}
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, "record the request"), changeSteps.OpenStatusChange, in).Get(ctx, &opened); err != nil {
		return nil, err
	}
	if opened.Result != nil {
		return opened.Result, nil
	}
	s.Settings, s.scope.Settings, s.Pages, s.Next, s.Delays = opened.Settings, opened.Settings, opened.Pages, 1, opened.Delays
	s.result.Requested = opened.Requested
	s.hearAccount(ctx, contract.AccountNews{Paused: opened.Paused})
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
		if _, err := workflows.AwaitUpTo(ctx, rest, "until a status should be on its channel", func() bool { return s.news }); err != nil {
			return err
		}
	}
}

func (s *statusChange) flying() int { return s.sending + s.looking }

func (s *statusChange) done() bool { return s.Next > s.Pages && len(s.Open) == 0 && s.flying() == 0 }

// full says whether it is time to continue as new, leaving room in the history for the running steps.
func (s *statusChange) full(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetCurrentHistoryLength() >= statusHistory || info.GetContinueAsNewSuggested()
}

// again continues as new with everything that is known.
func (s *statusChange) again(ctx workflow.Context) error {
	for news := (contract.AccountNews{}); workflow.GetSignalChannel(ctx, contract.AccountSignal).ReceiveAsync(&news); {
		s.hearAccount(ctx, news)
	}
	s.Result = s.result
	in := s.in
	in.State = &s.StatusChangeState
	return workflow.NewContinueAsNewError(ctx, StatusChange, in)
}

// close gives up what is left after a cancellation, and closes the books.
func (s *statusChange) close(ctx workflow.Context) (contract.StatusResult, error) {
	state, reason := contract.RunCompleted, contract.Reason{}
	if s.cancelled && !s.done() {
		state, reason = contract.RunCancelled, wording.Reason(contract.WhyStatusChangeCancelled)
		if err := s.giveUpAll(ctx, reason); err != nil {
			return s.fail(ctx, err)
		}
	}
	if s.trouble != nil {
		return s.fail(ctx, s.trouble)
	}
	in := statuses.CloseStatusChangeInput{
		StatusScope: s.scope, Pages: s.Pages, Requested: s.result.Requested, State: state, Reason: reason, Delays: s.Delays,
	}
	var closed contract.StatusResult
	if err := workflow.ExecuteActivity(workflows.HubStep(ctx, "close the books"), changeSteps.CloseStatusChange, in).Get(ctx, &closed); err != nil {
		return s.fail(ctx, err)
	}
	s.result = closed
	s.attributes(ctx)
	s.show(ctx)
	if state == contract.RunCancelled {
		return closed, temporal.NewCanceledError(closed)
	}
	return closed, nil
}

func (s *statusChange) fail(ctx workflow.Context, err error) (contract.StatusResult, error) {
	s.result.State, s.result.Reason = contract.RunFailed, workflows.ErrorReason(err)
	s.attributes(ctx)
	s.show(ctx)
	kind := workflows.ErrorType(err)
	if kind == "" {
		kind = "StatusChangeFailed"
	}
	// The message names all wrong rows; the reason is cut.
	return s.result, temporal.NewNonRetryableApplicationError(fmt.Sprintf("status change %s: %s", s.result.Key, workflows.ErrorWords(err)), kind, nil, s.result)
}

// errStuck marks an error that leaves rows without an outcome.
var errStuck = errors.New("rows of the status change could not be settled")

var changeSteps *statuses.StatusChanges
