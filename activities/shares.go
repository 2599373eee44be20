package activities

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/despacho/despacho/contract"
)

const (
	// sharePause is how long a step waits at first that found its merchant's share taken; it grows.
	sharePause    = time.Second
	sharePauseMax = 15 * time.Second
	// shortestPause is the least of them, beside a hub whose clock runs quicker than ours.
	shortestPause = 50 * time.Millisecond
)

// Shares is the worker's interceptor that keeps one merchant's storm from holding every slot of a
// worker, where waiting for that merchant's rate would hold up all others: of one merchant only
// so many steps run at a time, and more are turned away for a moment. Whose a step is says the
// fairness key that its run was started with.
type Shares struct {
	interceptor.WorkerInterceptorBase
	// Most is how many steps of one merchant run at a time; 0 means no limit.
	Most int
	// Speed is how many times as fast as ours the hub's clock runs, and so how much sooner a share is free again; 0 is 1.
	Speed float64

	mu      sync.Mutex
	running map[string]int
}

// InterceptActivity counts the activity among its merchant's.
func (s *Shares) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &sharedActivity{ActivityInboundInterceptorBase: interceptor.ActivityInboundInterceptorBase{Next: next}, shares: s}
}

type sharedActivity struct {
	interceptor.ActivityInboundInterceptorBase
	shares *Shares
}

func (s *sharedActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	info := activity.GetInfo(ctx)
	merchant := info.Priority.FairnessKey
	if info.Priority.PriorityKey == contract.Urgent {
		return s.Next.ExecuteActivity(ctx, in)
	}
	if !s.shares.take(merchant) {
		return nil, s.shares.turnAway(ctx, merchant)
	}
	defer s.shares.give(merchant)
	return s.Next.ExecuteActivity(ctx, in)
}

func (s *Shares) take(merchant string) bool {
	if merchant == "" || s.Most == 0 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[merchant] >= s.Most {
		return false
	}
	if s.running == nil {
		s.running = map[string]int{}
	}
	s.running[merchant]++
	return true
}

func (s *Shares) give(merchant string) {
	if merchant == "" || s.Most == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[merchant]--; s.running[merchant] == 0 {
		delete(s.running, merchant)
	}
}

// turnAway ends a try that did nothing, and notes that it did not.
func (s *Shares) turnAway(ctx context.Context, merchant string) error {
	said := saidBefore(ctx)
	said.TurnedAway++
	activity.RecordHeartbeat(ctx, said)
	return WaitingError(fmt.Sprintf("merchant %s has its share of this worker's steps already", merchant), s.pause(said.TurnedAway))
}

// pause is how long a step waits that was turned away so often.
func (s *Shares) pause(times int) time.Duration {
	usual := min(time.Duration(times)*sharePause, sharePauseMax)
	return max(time.Duration(float64(usual)/cmp.Or(s.Speed, 1)), shortestPause)
}
