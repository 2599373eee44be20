package partners

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// scene is a book over a store in memory, with a clock.
type scene struct {
	server *storagetest.Server
	Book
	mu  sync.Mutex
	now time.Time
}

func play(t *testing.T) *scene {
	t.Helper()
	s := &scene{server: storagetest.NewServer(t), now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	store := s.server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	s.Book = Book{Store: store, Now: func() time.Time {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.now
	}}
	return s
}

func (s *scene) pass(span time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(span)
}

func (s *scene) add(t *testing.T) (Partner, Key) {
	t.Helper()
	partner, key, err := s.Add(t.Context(), Request{Name: "WMS", Merchants: []string{"m-1"}, Scopes: []Scope{Runs}, Expires: s.Now().AddDate(1, 0, 0)})
	require.NoError(t, err)
	return partner, key
}

func TestAKeyIsShownOnce(t *testing.T) {
	t.Parallel()
	s := play(t)
	partner, key := s.add(t)
	assert.Regexp(t, `^dsp_[a-z2-7]{8}_[a-z2-7]{52}$`, key.Reveal())
	_, secret, _ := strings.Cut(key.Reveal()[len("dsp_"):], "_")
	stored, err := s.Store.ReadAll(t.Context(), storage.Partner(partner.ID), 1<<20)
	require.NoError(t, err)
	for _, text := range []string{string(stored), fmt.Sprint(key), fmt.Sprintf("%+v %#v", key, key), fmt.Sprintf("%v", partner)} {
		assert.NotContains(t, text, secret)
	}
	data, err := json.Marshal([]any{key})
	require.NoError(t, err)
	assert.NotContains(t, string(data), secret)
	_, other := s.add(t)
	assert.NotEqual(t, key.Reveal(), other.Reveal())
}

func TestOnlyTheWholeKeyOpens(t *testing.T) {
	t.Parallel()
	s := play(t)
	partner, key := s.add(t)
	directory := NewDirectory(s.Book)
	entered, err := directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
	assert.Equal(t, partner.ID, entered.ID)
	for _, wrong := range []string{"", "dsp_", key.Reveal()[:30], key.Reveal() + "a", strings.ToUpper(key.Reveal()), newKey(partner.ID).Reveal(), newKey(newID()).Reveal(), strings.Repeat("x", 10_000), "dsp_../../x_y"} {
		_, err := directory.Enter(t.Context(), wrong)
		require.ErrorIs(t, err, ErrUnknownKey, wrong)
		assert.NotContains(t, err.Error(), key.Reveal())
	}
}

func TestARevokedKeyOpensNothingWithinSeconds(t *testing.T) {
	t.Parallel()
	s := play(t)
	partner, key := s.add(t)
	directory := NewDirectory(s.Book)
	_, err := directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
	_, err = s.Revoke(t.Context(), "dsp_"+partner.ID+"_…")
	require.NoError(t, err)
	s.pass(KnownFor)
	_, err = directory.Enter(t.Context(), key.Reveal())
	require.ErrorIs(t, err, ErrUnknownKey)
	_, _, err = s.Rotate(t.Context(), partner.ID, 0, s.Now().AddDate(0, 1, 0))
	require.ErrorContains(t, err, "revoked")
	_, err = s.Revoke(t.Context(), "nobodyyy")
	require.ErrorIs(t, err, ErrNoPartner)
}

func TestARotatedKeyOverlaps(t *testing.T) {
	t.Parallel()
	s := play(t)
	partner, first := s.add(t)
	_, second, err := s.Rotate(t.Context(), partner.ID, time.Hour, s.Now().AddDate(1, 0, 0))
	require.NoError(t, err)
	enter := func(key Key) error {
		_, err := NewDirectory(s.Book).Enter(t.Context(), key.Reveal())
		return err
	}
	require.NoError(t, enter(first))
	require.NoError(t, enter(second))
	s.pass(time.Hour)
	require.ErrorIs(t, enter(first), ErrUnknownKey)
	require.NoError(t, enter(second))
	_, third, err := s.Rotate(t.Context(), partner.ID, time.Hour, s.Now().AddDate(1, 0, 0))
	require.NoError(t, err)
	_, fourth, err := s.Rotate(t.Context(), partner.ID, time.Hour, s.Now().AddDate(1, 0, 0))
	require.NoError(t, err)
	require.ErrorIs(t, enter(second), ErrUnknownKey, "two work side by side, not three")
	require.NoError(t, enter(third))
	require.NoError(t, enter(fourth))
}

func TestAKeyExpires(t *testing.T) {
	t.Parallel()
	s := play(t)
	_, key := s.add(t)
	directory := NewDirectory(s.Book)
	s.pass(364 * 24 * time.Hour)
	_, err := directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
	s.pass(24*time.Hour - KnownFor/2)
	_, err = directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
	s.pass(KnownFor / 2)
	_, err = directory.Enter(t.Context(), key.Reveal())
	require.ErrorIs(t, err, ErrUnknownKey, "also while it is remembered")
}

// TestUseIsNotedOnceAnHour by however many gateways.
func TestUseIsNotedOnceAnHour(t *testing.T) {
	t.Parallel()
	s := play(t)
	partner, key := s.add(t)
	gateways := []*Directory{NewDirectory(s.Book), NewDirectory(s.Book), NewDirectory(s.Book)}
	writes := func() int { return s.server.Calls()[storagetest.PutObject] }
	before := writes()
	for hour := range 3 {
		for range 100 {
			for _, gateway := range gateways {
				_, err := gateway.Enter(t.Context(), key.Reveal())
				require.NoError(t, err)
				require.NoError(t, gateway.Used(t.Context(), partner.ID))
			}
			s.pass(30 * time.Second)
		}
		s.pass(10 * time.Minute)
		assert.LessOrEqual(t, writes()-before, hour+1)
	}
	assert.Equal(t, before+3, writes())
	found, err := s.Find(t.Context(), partner.ID)
	require.NoError(t, err)
	assert.False(t, found.LastUsed.IsZero())
	require.NoError(t, err)
}

func TestAnAbsentStoreForgetsNobody(t *testing.T) {
	t.Parallel()
	s := play(t)
	_, key := s.add(t)
	directory := NewDirectory(s.Book)
	_, err := directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
	there, err := directory.Any(t.Context())
	require.NoError(t, err)
	require.True(t, there)
	s.server.InjectFaults(func(storagetest.Call, *http.Request) storagetest.Fault {
		return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
	})
	s.pass(time.Minute)
	_, err = directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
	there, err = directory.Any(t.Context())
	require.Error(t, err)
	assert.True(t, there)
	_, err = directory.Enter(t.Context(), newKey(newID()).Reveal())
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrUnknownKey, "nothing is known of it")
}

// TestAFloodOfUnknownKeysReadsLittle and keeps nobody out who is known.
func TestAFloodOfUnknownKeysReadsLittle(t *testing.T) {
	t.Parallel()
	s := play(t)
	_, key := s.add(t)
	directory := NewDirectory(s.Book)
	_, err := directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
	busy := 0
	for range 500 {
		_, err := directory.Enter(t.Context(), newKey(newID()).Reveal())
		if errors.Is(err, ErrBusy) {
			busy++
		}
	}
	assert.Positive(t, busy)
	s.pass(time.Minute)
	_, err = directory.Enter(t.Context(), key.Reveal())
	require.NoError(t, err)
}

func TestWhetherThereAreKeysIsAskedSeldom(t *testing.T) {
	t.Parallel()
	s := play(t)
	directory := NewDirectory(s.Book)
	for range 50 {
		there, err := directory.Any(t.Context())
		require.NoError(t, err)
		assert.False(t, there)
	}
	assert.Equal(t, 1, s.server.Calls()[storagetest.ListObjects])
	s.add(t)
	s.pass(KnownFor)
	there, err := directory.Any(t.Context())
	require.NoError(t, err)
	assert.True(t, there, "they may be added while it runs")
}

func TestWhatIsWrongWithARequestIsSaid(t *testing.T) {
	t.Parallel()
	s := play(t)
	_, _, err := s.Add(t.Context(), Request{Name: "a\nb", Merchants: []string{"a b"}, Scopes: []Scope{"all"}, Expires: s.Now()})
	var wrong *RequestError
	require.ErrorAs(t, err, &wrong)
	for _, word := range []string{"name", `"a b"`, `"all"`, "expired already"} {
		assert.ErrorContains(t, err, word)
	}
	_, _, err = s.Add(t.Context(), Request{Name: "a", Expires: s.Now().Add(LongestLife + time.Hour)})
	for _, word := range []string{"no merchant", "no scope", "two years"} {
		assert.ErrorContains(t, err, word)
	}
	all, err := s.List(t.Context())
	require.NoError(t, err)
	assert.Empty(t, all)
}
