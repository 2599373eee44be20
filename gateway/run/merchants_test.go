package run

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// accounts count how often they are looked at.
type accounts struct {
	connected map[string]bool
	err       error
	looks     int
}

func (a *accounts) look(_ context.Context, merchant string) (bool, error) {
	a.looks++
	return a.connected[merchant], a.err
}

func TestWhoseNotificationsAreTaken(t *testing.T) {
	t.Parallel()
	cases := map[string]func(t *testing.T, a *accounts, m *merchants){
		"the merchant with a token is never looked up": func(t *testing.T, a *accounts, m *merchants) {
			a.err = errors.New("down")
			known, err := m.knows(t.Context(), "token")
			require.NoError(t, err)
			assert.True(t, known)
			assert.Zero(t, a.looks)
		},
		"a connected merchant is looked up once a minute": func(t *testing.T, a *accounts, m *merchants) {
			a.connected["m"] = true
			for range 3 {
				requireKnown(t, m, "m", true)
			}
			assert.Equal(t, 1, a.looks)
			a.connected["m"] = false
			<-time.After(knownFor)
			requireKnown(t, m, "m", false)
			assert.Equal(t, 2, a.looks)
		},
		"who has just been connected is soon known": func(t *testing.T, a *accounts, m *merchants) {
			requireKnown(t, m, "m", false)
			a.connected["m"] = true
			requireKnown(t, m, "m", false)
			<-time.After(unknownFor)
			requireKnown(t, m, "m", true)
			assert.Equal(t, 2, a.looks)
		},
		"while the store is down, what it said last holds": func(t *testing.T, a *accounts, m *merchants) {
			a.connected["m"] = true
			requireKnown(t, m, "m", true)
			a.err = errors.New("down")
			<-time.After(time.Hour)
			requireKnown(t, m, "m", true)
			_, err := m.knows(t.Context(), "other")
			require.ErrorIs(t, err, a.err)
		},
		"any number of merchants is remembered in bounded room": func(t *testing.T, a *accounts, m *merchants) {
			for i := range mostMerchants + 10 {
				requireKnown(t, m, strconv.Itoa(i), false)
			}
			assert.LessOrEqual(t, len(m.seen), mostMerchants)
			<-time.After(unknownFor)
			a.connected["m"] = true
			for i := range mostMerchants {
				requireKnown(t, m, "again "+strconv.Itoa(i), false)
			}
			requireKnown(t, m, "m", true)
			assert.LessOrEqual(t, len(m.seen), mostMerchants)
		},
	}
	for name, play := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &accounts{connected: map[string]bool{}}
				play(t, a, newMerchants("token", a.look))
			})
		})
	}
}

func requireKnown(t *testing.T, m *merchants, merchant string, want bool) {
	t.Helper()
	known, err := m.knows(t.Context(), merchant)
	require.NoError(t, err)
	require.Equal(t, want, known)
}
