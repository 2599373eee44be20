package multivende

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func dated(at time.Time) http.Header {
	return http.Header{"Date": {at.UTC().Format(http.TimeFormat)}}
}

func TestClock(t *testing.T) {
	t.Parallel()
	hub := time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
	bubble := func(name string, speed float64, test func(t *testing.T, c *Clock)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, newClock(speed)) })
		})
	}
	bubble("shows our own time until the hub has told its", 600, func(t *testing.T, c *Clock) {
		assert.False(t, c.Known())
		assert.True(t, c.Now().Equal(time.Now()))
	})
	bubble("runs as many times as fast as the hub's", 600, func(t *testing.T, c *Clock) {
		c.learn(dated(hub), time.Now())
		assert.True(t, c.Known())
		assert.Equal(t, hub, c.Now())
		pass(time.Second)
		assert.Equal(t, hub.Add(10*time.Minute), c.Now())
		assert.Equal(t, time.Second, c.Until(hub.Add(20*time.Minute)))
		assert.Equal(t, -time.Second, c.Until(hub))
		assert.Equal(t, time.Second, c.Real(10*time.Minute))
	})
	bubble("is not moved by an answer within its second", 1, func(t *testing.T, c *Clock) {
		c.learn(dated(hub), time.Now())
		pass(900 * time.Millisecond)
		c.learn(dated(hub), time.Now())
		assert.Equal(t, hub.Add(900*time.Millisecond), c.Now())
	})
	bubble("is put on when it is behind", 1, func(t *testing.T, c *Clock) {
		c.learn(dated(hub), time.Now())
		c.learn(dated(hub.Add(time.Minute)), time.Now())
		assert.Equal(t, hub.Add(time.Minute), c.Now())
	})
	bubble("is put back when it is ahead, less what the answer took", 2, func(t *testing.T, c *Clock) {
		c.learn(dated(hub.Add(time.Hour)), time.Now())
		sent := time.Now()
		pass(3 * time.Second)
		c.learn(dated(hub), sent)
		assert.Equal(t, hub.Add(7*time.Second), c.Now())
	})
	bubble("learns nothing from an answer without a date, or of a cache", 1, func(t *testing.T, c *Clock) {
		c.learn(http.Header{}, time.Now())
		c.learn(http.Header{"Date": {"yesterday"}}, time.Now())
		old := dated(hub)
		old.Set("Age", "300")
		c.learn(old, time.Now())
		assert.False(t, c.Known())
	})
}

func TestWhatStandsBeforeTheHubDoesNotMoveItsClock(t *testing.T) {
	t.Parallel()
	date := time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, status := range []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable} {
		answers := []struct {
			status int
			date   time.Time
		}{{http.StatusOK, date}, {status, date.Add(-5 * time.Hour)}}
		hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", answers[0].date.Format(http.TimeFormat))
			w.WriteHeader(answers[0].status)
			_, _ = w.Write([]byte(`{}`))
			answers = answers[1:]
		}})
		client := hub.client(t, func(c *Config) { c.Speed, c.ReadAttempts = 1, 1 })
		_, _ = client.AppInfo(t.Context())
		_, err := client.AppInfo(t.Context())
		require.Error(t, err, status)
		assert.WithinDuration(t, date, client.Clock().Now(), time.Minute, "a proxy answers %d by its own clock", status)
	}
}

func TestTheClockLearnsFromTheFirstAnswerWhateverItIs(t *testing.T) {
	t.Parallel()
	date := time.Date(2031, 1, 2, 3, 4, 5, 0, time.UTC)
	hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", date.Format(http.TimeFormat))
		w.WriteHeader(http.StatusInternalServerError)
	}})
	client := hub.client(t, func(c *Config) { c.Speed, c.ReadAttempts = 1, 1 })
	for range 2 {
		told, err := client.Time(t.Context())
		require.NoError(t, err)
		assert.WithinDuration(t, date, told, time.Minute)
	}
	assert.Len(t, hub.seen(), 1, "it is asked for once")
	_, err := client.AppInfo(t.Context())
	require.Error(t, err)
	require.True(t, client.Clock().Known())
	assert.WithinDuration(t, date, client.Clock().Now(), time.Minute)
	assert.InDelta(t, 1, client.Clock().Speed(), 0)
}
