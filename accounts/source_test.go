package accounts

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
)

// source is one process that calls the hub for the shop. A demand for a renewal is met at once.
func (w *town) source() (s *Source, demands *atomic.Int64) {
	demands = new(atomic.Int64)
	return &Source{Vault: w.vault(), Merchant: shop, Speed: 1, Now: w.Now, Demand: func(ctx context.Context, merchant string, generation int64) error {
		demands.Add(1)
		_, err := w.renewer().Step(ctx, merchant, generation)
		return err
	}}, demands
}

func requireToken(t *testing.T, s *Source) string {
	t.Helper()
	token, err := s.Token(t.Context())
	require.NoError(t, err)
	return token
}

func TestSource(t *testing.T) {
	t.Parallel()
	t.Run("a token is read once and used until it is old", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		s, demands := w.source()
		before := w.s3.Calls()["GetObject"]
		for range 10 {
			assert.Equal(t, "token-1", requireToken(t, s))
		}
		assert.Equal(t, 1, w.s3.Calls()["GetObject"]-before)
		w.pass(5 * time.Hour)
		w.settled(w.renewer(), 0)
		assert.Equal(t, "token-2", requireToken(t, s))
		assert.Zero(t, demands.Load())
	})
	t.Run("many refusals at once are one renewal", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		var all sync.WaitGroup
		var sources []*Source
		for range 4 {
			s, _ := w.source()
			sources = append(sources, s)
		}
		for i := range 40 {
			all.Go(func() {
				s := sources[i%4]
				assert.NoError(t, s.Refused(context.Background(), "token-1"))
				token, err := s.Token(context.Background())
				assert.NoError(t, err)
				assert.Equal(t, "token-2", token)
			})
		}
		all.Wait()
		assert.Equal(t, []string{"rt-1"}, w.sent())
	})
	t.Run("the refusal of a token that was already replaced asks for nothing", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		s, demands := w.source()
		requireToken(t, s)
		w.settled(w.renewer(), 1)
		require.NoError(t, s.Refused(t.Context(), "token-1"))
		assert.Equal(t, "token-2", requireToken(t, s))
		assert.Zero(t, demands.Load())
	})
	t.Run("a token that has ended is not used", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		s, demands := w.source()
		requireToken(t, s)
		w.pass(7 * time.Hour)
		assert.Equal(t, "token-2", requireToken(t, s))
		assert.EqualValues(t, 1, demands.Load())
	})
	t.Run("an account that needs consent serves its token until the hub refuses it", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		s, demands := w.source()
		w.pass(5 * time.Hour)
		w.will(answer{fate: multivende.Denied})
		w.settled(w.renewer(), 0)
		assert.Equal(t, "token-1", requireToken(t, s))
		assert.Equal(t, multivende.NeedsConsent, multivende.ClassOf(s.Refused(t.Context(), "token-1")))
		_, err := s.Token(t.Context())
		assert.Equal(t, multivende.NeedsConsent, multivende.ClassOf(err))
		assert.LessOrEqual(t, demands.Load(), int64(2))
	})
	t.Run("an account that needs consent serves its token until it ends, and the new one after a new code", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		s, _ := w.source()
		w.pass(50 * time.Hour)
		_, err := s.Token(t.Context())
		assert.Equal(t, multivende.NeedsConsent, multivende.ClassOf(err))
		_, _, err = w.vault().Connect(t.Context(), w.pair(), w.Now())
		require.NoError(t, err)
		w.pass(consentFreshFor)
		assert.Equal(t, "token-2", requireToken(t, s))
	})
	t.Run("a merchant that is not connected is not authorised", func(t *testing.T) {
		t.Parallel()
		w := newTown(t)
		s, _ := w.source()
		_, err := s.Token(t.Context())
		assert.Equal(t, multivende.NotAuthorised, multivende.ClassOf(err))
		assert.ErrorContains(t, err, "starter connect")
	})
}
