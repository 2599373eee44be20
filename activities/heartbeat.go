package activities

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"

	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/multivende"
)

const (
	// heartbeatEvery is how often a running activity says that it lives.
	heartbeatEvery = 2 * time.Second
	// calmEvery is the same for a calm step: one whose worker is missed only after calmPatience. Each beat
	// that reaches Temporal is paid for.
	calmEvery    = 10 * time.Second
	calmPatience = 30 * time.Second
)

// Heartbeat is what an activity says of how far it is. Its next try reads it, on whatever worker:
// what stands here is not done again.
type Heartbeat struct {
	// TurnedAway counts the tries that found their merchant's share taken, and did nothing.
	TurnedAway int `json:"turned_away,omitempty"`
	// Sent are the orders whose status was sent.
	Sent []SentStatus `json:"sent,omitempty"`
	// TakenUp are the ids of the notifications that were taken up; Figures is what they came to.
	TakenUp []string                       `json:"taken_up,omitempty"`
	Figures *intakebook.TakenNotifications `json:"figures,omitempty"`
	// Setbacks counts by a file's name how often it could not be had.
	Setbacks map[string]int `json:"setbacks,omitempty"`
	// Labels counts the labels of a print job that were sent to their printer, or left out.
	Labels int `json:"labels,omitempty"`
	// Condition is what their printer needs a person for.
	Condition string `json:"condition,omitempty"`
	// Scheduled is the hub's time before the first try, as a try found it first.
	Scheduled time.Time `json:"scheduled,omitzero"`
}

// SentStatus is an order whose status was sent, and the hub's time when it was.
type SentStatus struct {
	Order string    `json:"order"`
	At    time.Time `json:"at"`
}

// heartbeatMost bounds each list of a heartbeat, far above what one step works on.
const heartbeatMost = 2000

func (h Heartbeat) bounded() Heartbeat {
	h.Sent, h.TakenUp = h.Sent[:min(len(h.Sent), heartbeatMost)], h.TakenUp[:min(len(h.TakenUp), heartbeatMost)]
	for name := range h.Setbacks {
		if len(h.Setbacks) <= heartbeatMost {
			break
		}
		delete(h.Setbacks, name)
	}
	return h
}

func (h Heartbeat) clone() Heartbeat {
	h.Sent, h.TakenUp, h.Setbacks = slices.Clone(h.Sent), slices.Clone(h.TakenUp), maps.Clone(h.Setbacks)
	return h
}

// Heartbeats is the worker's interceptor that lets every activity heartbeat on
// its own, with the details that it gave last. So a worker that dies is
// noticed within seconds, whatever an activity waits for. A calm step that ends before
// its first beat sends none.
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
	p := &pulse{said: saidBefore(ctx), every: heartbeatEvery}
	if activity.GetInfo(ctx).HeartbeatTimeout >= calmPatience {
		p.every, p.calm = calmEvery, true
	}
	ctx = context.WithValue(ctx, pulseKey{}, p)
	stopped := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { p.run(ctx, stopped) })
	defer running.Wait()
	defer close(stopped)
	result, err := b.Next.ExecuteActivity(ctx, in)
	if err != nil {
		p.tellNextTry(ctx)
	}
	return result, err
}

type pulseKey struct{}

// pulse remembers what an activity last said about how far it is.
type pulse struct {
	every time.Duration
	// calm: what is said waits for the next beat.
	calm bool

	mu   sync.Mutex
	said Heartbeat
	// unsent: something was said since the last beat.
	unsent bool
}

func (p *pulse) run(ctx context.Context, stopped <-chan struct{}) {
	tick := time.NewTicker(p.every)
	defer tick.Stop()
	for {
		select {
		case <-stopped:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			p.mu.Lock()
			p.beat(ctx)
			p.mu.Unlock()
		}
	}
}

// beat sends what was said last; mu is held.
func (p *pulse) beat(ctx context.Context) {
	activity.RecordHeartbeat(ctx, p.said)
	p.unsent = false
}

// tellNextTry sends what no beat has sent yet, before the step fails.
func (p *pulse) tellNextTry(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unsent {
		p.beat(ctx)
	}
}

// Say changes what the activity says of how far it is, for its next try. Outside of an activity
// nothing is kept.
func Say(ctx context.Context, change func(*Heartbeat)) {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if !ok {
		change(&Heartbeat{})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.said)
	p.said = p.said.bounded()
	if p.unsent = true; !p.calm {
		p.beat(ctx)
	}
}

// Said is what this activity said last of how far it is, or an earlier try of it.
func Said(ctx context.Context) Heartbeat {
	p, ok := ctx.Value(pulseKey{}).(*pulse)
	if !ok {
		return saidBefore(ctx)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.clone()
}

// saidBefore is what earlier tries of this activity said. Details of another form say nothing.
func saidBefore(ctx context.Context) Heartbeat {
	var said Heartbeat
	if activity.IsActivity(ctx) && activity.HasHeartbeatDetails(ctx) && activity.GetHeartbeatDetails(ctx, &said) != nil {
		return Heartbeat{}
	}
	return said
}

// Attempt is the number of this try of the activity, from 1; those that were turned away do not count.
func Attempt(ctx context.Context) int {
	if activity.IsActivity(ctx) {
		return max(int(activity.GetInfo(ctx).Attempt)-saidBefore(ctx).TurnedAway, 1)
	}
	return 1
}

// ActivityID tells this activity from every other, however often it is tried.
func ActivityID(ctx context.Context) string {
	if !activity.IsActivity(ctx) {
		return ""
	}
	info := activity.GetInfo(ctx)
	return info.WorkflowExecution.RunID + "/" + info.ActivityID
}

// skew is how far clocks may be apart, the hub's time.
const skew = 30 * time.Second

// ScheduledAt is the hub's time before this activity's first try could begin. It is computed once and goes to later tries
// with the next heartbeat, since the hub's clock may be set meanwhile. The client knows the hub's time already (Client.Time).
func ScheduledAt(ctx context.Context, hub *multivende.Client) time.Time {
	if before := Said(ctx).Scheduled; !before.IsZero() {
		return before
	}
	at := hub.Clock().Now().Add(-skew)
	if activity.IsActivity(ctx) {
		waited := max(time.Since(activity.GetInfo(ctx).ScheduledTime), 0)
		at = at.Add(-time.Duration(float64(waited) * hub.Clock().Speed()))
	}
	if p, ok := ctx.Value(pulseKey{}).(*pulse); ok {
		p.mu.Lock()
		p.said.Scheduled = at
		p.mu.Unlock()
	}
	return at
}
