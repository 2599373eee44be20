package activities

import (
	"context"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/despacho/despacho/multivende"
)

// heartbeatEvery is how often a running activity says that it lives.
const heartbeatEvery = 2 * time.Second

// Heartbeats is the worker's interceptor that lets every activity heartbeat on
// its own, with the details that it gave last. So a worker that dies is
// noticed within seconds, whatever an activity waits for.
type Heartbeats struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity lets the activity heartbeat.
func (h *Heartbeats) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	i := &beatingActivity{}
	i.Next = next
	return i
}

type beatingActivity struct {
	interceptor.ActivityInboundInterceptorBase
}

func (b *beatingActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	p := &pulse{}
	if activity.HasHeartbeatDetails(ctx) {
		var done []string
		if activity.GetHeartbeatDetails(ctx, &done) == nil {
			p.details = []any{done}
		}
	}
	ctx = context.WithValue(ctx, pulseKey{}, p)
	stopped := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { p.run(ctx, stopped) })
	defer running.Wait()
	defer close(stopped)
	return b.Next.ExecuteActivity(ctx, in)
}

type pulseKey struct{}

// pulse remembers what an activity last said about how far it is.
type pulse struct {
	mu      sync.Mutex
	details []any
}

func (p *pulse) run(ctx context.Context, stopped <-chan struct{}) {
	tick := time.NewTicker(heartbeatEvery)
	defer tick.Stop()
	for {
		select {
		case <-stopped:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			p.mu.Lock()
			activity.RecordHeartbeat(ctx, p.details...)
			p.mu.Unlock()
		}
	}
}

// progress says how far an activity is, for its next try; see sentBefore.
func progress(ctx context.Context, done []string) {
	if !activity.IsActivity(ctx) {
		return
	}
	if p, ok := ctx.Value(pulseKey{}).(*pulse); ok {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.details = []any{done}
	}
	activity.RecordHeartbeat(ctx, done)
}

// saidProgress is what this activity said last of how far it is, or an earlier try of it.
func saidProgress(ctx context.Context) []string {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if !ok {
		return heartbeatDetails(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said()
}

// changeProgress changes what the activity says of how far it is. Outside of an activity nothing
// is kept.
func changeProgress(ctx context.Context, change func([]string) []string) {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if !ok {
		change(nil)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	details := change(p.said())
	p.details = []any{details}
	activity.RecordHeartbeat(ctx, details)
}

func (p *pulse) said() []string {
	if len(p.details) == 0 {
		return nil
	}
	said, _ := p.details[0].([]string)
	return said
}

// attempt is the number of this try of the activity, from 1; those that were turned away do not count.
func attempt(ctx context.Context) int {
	if activity.IsActivity(ctx) {
		return max(int(activity.GetInfo(ctx).Attempt)-turnedAway(heartbeatDetails(ctx)), 1)
	}
	return 1
}

// activityID tells this activity from every other, however often it is tried.
func activityID(ctx context.Context) string {
	if !activity.IsActivity(ctx) {
		return ""
	}
	info := activity.GetInfo(ctx)
	return info.WorkflowExecution.RunID + "/" + info.ActivityID
}

// skew is how far clocks may be apart, the hub's time.
const skew = 30 * time.Second

// scheduledAt is the hub's time before this activity's first try could begin.
func scheduledAt(ctx context.Context, hub *multivende.Client) time.Time {
	now := hub.Clock().Now().Add(-skew)
	if !activity.IsActivity(ctx) {
		return now
	}
	waited := max(time.Since(activity.GetInfo(ctx).ScheduledTime), 0)
	return now.Add(-time.Duration(float64(waited) * hub.Clock().Speed()))
}
