package activities

import (
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
)

// Shares is the worker's interceptor that keeps one merchant's storm from holding every slot of a
// worker, where waiting for that merchant's rate would hold up all others: of one merchant only
// so many steps run at a time, and more are turned away for a moment. Whose a step is says the
// fairness key that its run was started with.
type Shares struct {
	interceptor.WorkerInterceptorBase
	// Most is how many steps of one merchant run at a time; 0 means no limit.
	Most int

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
		return nil, turnAway(ctx, merchant)
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
func turnAway(ctx context.Context, merchant string) error {
	said := saidBefore(ctx)
	said.TurnedAway++
	activity.RecordHeartbeat(ctx, said)
	return WaitingError(fmt.Sprintf("merchant %s has its share of this worker's steps already", merchant), min(time.Duration(said.TurnedAway)*sharePause, sharePauseMax))
}
