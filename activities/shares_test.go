package activities

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/despacho/despacho/contract"
)

// ofMerchant makes activities those of a merchant's runs.
type ofMerchant struct {
	interceptor.WorkerInterceptorBase
	temporal.Priority
	attempt int32
}

func (m *ofMerchant) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &ofMerchantInbound{interceptor.ActivityInboundInterceptorBase{Next: next}, m}
}

type ofMerchantInbound struct {
	interceptor.ActivityInboundInterceptorBase
	*ofMerchant
}

func (m *ofMerchantInbound) Init(outbound interceptor.ActivityOutboundInterceptor) error {
	return m.Next.Init(&ofMerchantOutbound{interceptor.ActivityOutboundInterceptorBase{Next: outbound}, m.ofMerchant})
}

type ofMerchantOutbound struct {
	interceptor.ActivityOutboundInterceptorBase
	*ofMerchant
}

func (m *ofMerchantOutbound) GetInfo(ctx context.Context) activity.Info {
	info := m.Next.GetInfo(ctx)
	info.Priority, info.Attempt = m.Priority, max(m.attempt, 1)
	return info
}

// sharing is a worker whose steps are those of a merchant.
func sharing(t *testing.T, shares *Shares, as *ofMerchant, before *Heartbeat) (env *testsuite.TestActivityEnvironment, said func() Heartbeat) {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env = suite.NewTestActivityEnvironment()
	env.SetTestTimeout(10 * time.Minute)
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{as, shares, &Heartbeats{}}})
	if before != nil {
		env.SetHeartbeatDetails(*before)
	}
	var mu sync.Mutex
	var last Heartbeat
	env.SetOnActivityHeartbeatListener(func(_ *activity.Info, given converter.EncodedValues) {
		mu.Lock()
		defer mu.Unlock()
		assert.NoError(t, given.Get(&last))
	})
	return env, func() Heartbeat {
		mu.Lock()
		defer mu.Unlock()
		return last
	}
}

func TestAMerchantHasNoMoreThanItsShare(t *testing.T) {
	t.Parallel()
	shares := &Shares{Most: 1}
	fair := func(merchant string) *ofMerchant {
		return &ofMerchant{Priority: temporal.Priority{FairnessKey: merchant}}
	}
	within := func(context.Context) (string, error) { return "done", nil }
	does := func(as *ofMerchant, before *Heartbeat) (Heartbeat, error) {
		env, said := sharing(t, shares, as, before)
		env.RegisterActivityWithOptions(within, activity.RegisterOptions{Name: "within"})
		_, err := env.ExecuteActivity("within")
		return said(), err
	}
	storm := func(context.Context) error {
		said, err := does(fair("m-1"), &Heartbeat{TurnedAway: 4, TakenUp: []string{"n-1"}})
		var application *temporal.ApplicationError
		require.ErrorAs(t, err, &application)
		assert.Equal(t, 5*time.Second, application.NextRetryDelay(), "one more is turned away for a while")
		assert.Equal(t, Heartbeat{TurnedAway: 5, TakenUp: []string{"n-1"}}, said, "and knows that it did nothing")
		_, err = does(fair("m-2"), nil)
		require.NoError(t, err, "another merchant's runs")
		_, err = does(&ofMerchant{}, nil)
		require.NoError(t, err, "and one that is nobody's")
		_, err = does(&ofMerchant{Priority: temporal.Priority{FairnessKey: "m-1", PriorityKey: contract.Urgent}}, nil)
		require.NoError(t, err, "and one that others wait for")
		return errors.New("over")
	}
	env, _ := sharing(t, shares, fair("m-1"), nil)
	env.RegisterActivity(storm)
	_, err := env.ExecuteActivity(storm)
	require.ErrorContains(t, err, "over")
	_, err = does(fair("m-1"), nil)
	require.NoError(t, err, "its share is free again")
}

func TestWhoIsTurnedAwayWaitsByTheHubsClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		speed float64
		times int
		want  time.Duration
	}{
		{0, 2, 2 * time.Second},
		{1, 40, 15 * time.Second},
		{10, 2, 200 * time.Millisecond},
		{10, 40, 1500 * time.Millisecond},
		{600, 1, 50 * time.Millisecond},
	} {
		assert.Equal(t, c.want, (&Shares{Speed: c.speed}).pause(c.times), "%v times as fast, turned away %d times", c.speed, c.times)
	}
}

func TestTriesThatWereTurnedAwayDoNotCount(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		attempt int32
		before  *Heartbeat
		want    int
	}{
		"a first try":                        {1, nil, 1},
		"a first try after two turned away":  {3, &Heartbeat{TurnedAway: 2}, 1},
		"a second one after two turned away": {4, &Heartbeat{TurnedAway: 2, TakenUp: []string{"n-1"}}, 2},
		"a second one with other details":    {2, &Heartbeat{TakenUp: []string{"n-1"}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env, _ := sharing(t, &Shares{}, &ofMerchant{attempt: c.attempt}, c.before)
			counts := func(ctx context.Context) (int, error) { return Attempt(ctx), nil }
			env.RegisterActivity(counts)
			value, err := env.ExecuteActivity(counts)
			require.NoError(t, err)
			var got int
			require.NoError(t, value.Get(&got))
			assert.Equal(t, c.want, got)
		})
	}
}
