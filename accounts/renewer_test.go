package accounts

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
)

func TestATokenIsRenewed(t *testing.T) {
	t.Parallel()
	t.Run("not before an hour of its life is left", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		standing := w.settled(w.renewer(), 0)
		assert.Equal(t, 5*time.Hour, standing.Wait)
		assert.Equal(t, 6*time.Hour, standing.Life)
		assert.Empty(t, w.sent())
	})
	t.Run("when that hour begins, and the new pair is stored", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(5 * time.Hour)
		standing := w.settled(w.renewer(), 0)
		assert.Equal(t, 5*time.Hour, standing.Wait)
		account := w.account()
		assert.Equal(t, Alive, account.State)
		assert.EqualValues(t, 2, account.Generation)
		assert.Equal(t, "token-2", account.Token.Reveal())
		assert.Equal(t, []string{"rt-1"}, w.sent())
		assert.True(t, account.Scopes.Has("read:checkouts"))
	})
	t.Run("when the hub refuses it, and a second one only a minute later", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.settled(w.renewer(), 1)
		assert.EqualValues(t, 2, w.account().Generation)
		assert.Equal(t, begin, w.Now())
		w.settled(w.renewer(), 2)
		assert.EqualValues(t, 3, w.account().Generation)
		assert.Equal(t, begin.Add(time.Minute), w.Now())
	})
	t.Run("not for the refusal of an older one", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.settled(w.renewer(), 1)
		w.settled(w.renewer(), 1)
		assert.Equal(t, []string{"rt-1"}, w.sent())
	})
	t.Run("by the hub's clock, which runs faster", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		r := w.renewer()
		r.Speed = 60
		standing := w.settled(r, 0)
		assert.Equal(t, 5*time.Minute, standing.Wait)
	})
	for name, c := range map[string]struct{ life, age time.Duration }{
		"after half of its life when that is short":        {20 * time.Minute, 10 * time.Minute},
		"when it is some seconds old, however little that": {time.Hour + time.Second, leastAge},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.life = c.life
			_, _, err := w.vault().Connect(t.Context(), w.pair(), w.Now())
			require.NoError(t, err)
			for range 3 {
				standing := w.settled(w.renewer(), 0)
				assert.Equal(t, c.age, standing.Wait)
				w.pass(standing.Wait)
			}
			assert.Len(t, w.sent(), 2)
		})
	}
	t.Run("only once if another of the hub's clocks is hours ahead", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		r := w.renewer()
		ahead := clockAt(t, w.Now().Add(24*time.Hour))
		r.HubClock = func(string) *multivende.Clock { return ahead }
		w.settled(r, 0)
		assert.Empty(t, w.sent(), "a pair that was just given is not asked about")
		w.pass(freshPair)
		w.settled(r, 0)
		w.settled(r, 0)
		assert.Equal(t, []string{"rt-1"}, w.sent())
		s, demands := w.source()
		s.HubClock = ahead
		assert.Equal(t, "token-2", requireToken(t, s))
		assert.Zero(t, demands.Load())
	})
}

// clockAt is a clock of the hub's that shows a time.
func clockAt(t *testing.T, at time.Time) *multivende.Clock {
	t.Helper()
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", at.Format(http.TimeFormat))
		_, _ = w.Write([]byte(`{"MerchantId": "m-1"}`))
	}))
	t.Cleanup(hub.Close)
	address, err := url.Parse(hub.URL)
	require.NoError(t, err)
	client, err := multivende.New(multivende.Config{
		BaseURL: hub.URL, Merchant: shop, Token: multivende.StaticToken("t"), AllowHosts: []string{address.Hostname()}, Speed: 1,
	})
	require.NoError(t, err)
	t.Cleanup(client.Close)
	_, err = client.AppInfo(t.Context())
	require.NoError(t, err)
	return client.Clock()
}

// tries are n equal answers of the hub, one after the other.
func tries(n int, a answer) []answer {
	all := make([]answer, n)
	for i := range all {
		all[i] = a
	}
	return all
}

func TestARenewalThatFails(t *testing.T) {
	t.Parallel()
	lost, busy := answer{fate: multivende.Lost}, answer{fate: multivende.Postponed}
	cases := map[string]struct {
		answers []answer
		late    time.Duration
		state   State
		sends   int
		reason  string
	}{
		"is tried again after a lost answer":                              {[]answer{lost}, 5 * time.Hour, Alive, 2, ""},
		"needs consent when the lost answer had been the new pair":        {[]answer{{fate: multivende.Lost, done: true}}, 5 * time.Hour, NeedsConsent, 2, "InvalidRefreshToken"},
		"needs consent after two lost answers":                            {tries(2, lost), 5 * time.Hour, NeedsConsent, 2, "two answers"},
		"needs consent at a refusal":                                      {[]answer{{fate: multivende.Denied}}, 5 * time.Hour, NeedsConsent, 1, "InvalidRefreshToken"},
		"is tried again while the hub is busy":                            {tries(20, busy), 5 * time.Hour, Alive, 21, ""},
		"is tried again after a lost answer and a busy hub":               {[]answer{lost, busy, busy}, 5 * time.Hour, Alive, 4, ""},
		"waits as long as the hub asks for":                               {[]answer{{fate: multivende.Postponed, after: 30 * time.Minute}}, 5 * time.Hour, Alive, 2, ""},
		"waits no longer than the token lives":                            {[]answer{{fate: multivende.Postponed, after: 3 * time.Hour}}, 5 * time.Hour, Alive, 2, ""},
		"is tried again while the hub is unreachable":                     {tries(100, answer{fate: multivende.NotSent}), 5 * time.Hour, Alive, 1, ""},
		"needs consent when the hub is unreachable for two days":          {tries(200, answer{fate: multivende.NotSent}), 46 * time.Hour, NeedsConsent, 0, "the refresh token expired"},
		"is tried once after the token's end":                             {nil, 7 * time.Hour, Alive, 1, ""},
		"needs consent when the one try after the end finds the hub busy": {[]answer{busy}, 7 * time.Hour, NeedsConsent, 1, "the one attempt after that"},
		"needs consent when the one answer after the end is lost":         {[]answer{lost}, 7 * time.Hour, NeedsConsent, 1, "the one attempt after that"},
		"is not tried after the refresh token's end":                      {nil, 49 * time.Hour, NeedsConsent, 0, "the refresh token expired"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := connected(t)
			w.pass(c.late)
			w.will(c.answers...)
			w.settled(w.renewer(), 0)
			account := w.account()
			assert.Equal(t, c.state, account.State, account.Reason)
			assert.Contains(t, account.Reason, c.reason)
			assert.Len(t, w.sent(), c.sends)
		})
	}
	t.Run("keeps trying until the token ends, and once after that", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(5 * time.Hour)
		w.will(tries(200, busy)...)
		w.settled(w.renewer(), 0)
		assert.Equal(t, NeedsConsent, w.account().State)
		assert.WithinDuration(t, begin.Add(6*time.Hour), w.Now(), 2*time.Minute)
		assert.Greater(t, len(w.sent()), 50)
	})
	t.Run("leaves the old token usable until it ends", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(5 * time.Hour)
		w.will(answer{fate: multivende.Denied})
		standing := w.settled(w.renewer(), 0)
		assert.Equal(t, time.Hour, standing.Life)
		assert.Zero(t, standing.Wait)
		standing = w.settled(w.renewer(), 1)
		assert.Zero(t, standing.Life, "or the hub refuses it")
		assert.True(t, w.account().TokenRefused)
		assert.Len(t, w.sent(), 1)
	})
	t.Run("is sent again only later if the hub may still be working on it", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(5 * time.Hour)
		w.will(answer{fate: multivende.Lost, takes: multivende.TokenTimeout})
		standing, err := w.renewer().Step(t.Context(), shop, 0)
		require.NoError(t, err)
		assert.Equal(t, longestPause, standing.Wait)
	})
	t.Run("goes on after a new code", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(50 * time.Hour)
		w.settled(w.renewer(), 0)
		_, again, err := w.vault().Connect(t.Context(), w.pair(), w.Now())
		require.NoError(t, err)
		assert.True(t, again)
		standing := w.settled(w.renewer(), 1)
		assert.Equal(t, 5*time.Hour, standing.Wait)
		assert.Equal(t, Alive, w.account().State)
		assert.Empty(t, w.account().Reason)
	})
}

func TestAProcessIsKilledWhileItRenews(t *testing.T) {
	t.Parallel()
	ends := map[string]struct {
		state State
		sends int
	}{
		beforeNoted: {Alive, 1}, afterNoted: {Alive, 1}, beforeSent: {Alive, 1},
		afterSent: {NeedsConsent, 2}, beforeStored: {NeedsConsent, 2}, afterStored: {Alive, 1},
	}
	for _, place := range places {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			w := connected(t)
			w.pass(5 * time.Hour)
			w.doomed(place, 0)
			w.settled(w.renewer(), 0)
			account := w.account()
			assert.Equal(t, ends[place].state, account.State, account.Reason)
			assert.Len(t, w.sent(), ends[place].sends)
			assert.Less(t, w.Now().Sub(begin), 5*time.Hour+2*time.Minute, "it does not take long")
		})
		t.Run(place+", and wakes up when another has taken over", func(t *testing.T) {
			t.Parallel()
			w := connected(t)
			w.pass(5 * time.Hour)
			d, ended := w.doomed(place, 0)
			w.settled(w.renewer(), 0)
			before := w.account()
			d.wake()
			<-ended
			after := w.account()
			assert.Equal(t, Alive, after.State, "its pair is good, whatever became of the other's: %s", after.Reason)
			if before.State == Alive {
				assert.Equal(t, before.Generation, after.Generation)
				assert.Equal(t, before.Token, after.Token)
			}
			if place != beforeSent {
				assert.LessOrEqual(t, len(w.sent()), 2)
			}
		})
	}
	t.Run("no second process sends while the first may still be sending", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(5 * time.Hour)
		w.doomed(beforeSent, 0)
		standing, err := w.renewer().Step(t.Context(), shop, 0)
		require.NoError(t, err)
		assert.False(t, standing.Resting)
		assert.Equal(t, multivende.TokenTimeout+sendSlack, standing.Wait)
		assert.Empty(t, w.sent())
	})
	t.Run("a merchant that is connected again meanwhile keeps its new pair", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(5 * time.Hour)
		d, ended := w.doomed(beforeStored, 0)
		account, _, err := w.vault().Connect(t.Context(), w.pair(), w.Now())
		require.NoError(t, err)
		d.wake()
		<-ended
		assert.Equal(t, account.Token, w.account().Token)
	})
	t.Run("a merchant that is disconnected meanwhile stays so", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		w.pass(5 * time.Hour)
		d, ended := w.doomed(beforeStored, 0)
		require.NoError(t, w.vault().Disconnect(t.Context(), shop))
		d.wake()
		<-ended
		_, err := w.vault().ReadPublic(t.Context(), shop)
		assert.ErrorIs(t, err, ErrNotConnected)
	})
}
