package activities_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/activitiestest"
)

func TestAnActivityKeepsWhatAnEarlierTrySaid(t *testing.T) {
	t.Parallel()
	w := &activitiestest.Stage{T: t}
	before := activities.Heartbeat{TurnedAway: 1, TakenUp: []string{"a"}, Setbacks: map[string]int{"f": 2}}
	as := &activitiestest.Try{Attempt: 3, Before: &before}
	attempt, err := activitiestest.TryStep(w, func(ctx context.Context, _ string) (int, error) {
		activities.Say(ctx, func(said *activities.Heartbeat) { said.TakenUp = append(said.TakenUp, "b") })
		return activities.Attempt(ctx), nil
	}, "", as)
	require.NoError(t, err)
	assert.Equal(t, activities.Heartbeat{TurnedAway: 1, TakenUp: []string{"a", "b"}, Setbacks: map[string]int{"f": 2}}, as.Said)
	assert.Equal(t, 2, attempt)
}

func TestAHeartbeatIsBounded(t *testing.T) {
	t.Parallel()
	as := &activitiestest.Try{}
	_, err := activitiestest.TryStep(&activitiestest.Stage{T: t}, func(ctx context.Context, _ string) (int, error) {
		activities.Say(ctx, func(said *activities.Heartbeat) {
			said.Setbacks = map[string]int{}
			for i := range 5000 {
				name := strconv.Itoa(i)
				said.TakenUp, said.Setbacks[name] = append(said.TakenUp, name), i
				said.Sent = append(said.Sent, activities.SentStatus{Order: name})
			}
		})
		return 0, nil
	}, "", as)
	require.NoError(t, err)
	assert.Equal(t, []int{2000, 2000, 2000}, []int{len(as.Said.TakenUp), len(as.Said.Setbacks), len(as.Said.Sent)})
}
