package door

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage/storagetest"
)

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
