package multivende

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// renewable is a source whose token is replaced when it is refused, as long as there are more.
type renewable struct {
	mu      sync.Mutex
	tokens  []string
	refused []string
}

func (r *renewable) Token(context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tokens[0], nil
}

var errNoMore = errors.New("there is no other token")

func (r *renewable) Refused(_ context.Context, token string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused = append(r.refused, token)
	if len(r.tokens) == 1 {
		return errNoMore
	}
	r.tokens = r.tokens[1:]
	return nil
}

func TestATokenThatIsRefused(t *testing.T) {
	t.Parallel()
	only := func(good string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer "+good {
				answers(http.StatusUnauthorized, `{}`)(w, r)
				return
			}
			says(`{"MerchantId":"m-1"}`)(w, r)
		}
	}
	ask := func(t *testing.T, good string, source TokenSource) (*testHub, error) {
		t.Helper()
		hub := newHub(t, map[string]http.HandlerFunc{"/api/d/info": only(good)})
		_, err := hub.client(t, func(c *Config) { c.Token = source }).AppInfo(t.Context())
		return hub, err
	}
	t.Run("is told to its source, and the call is made once more with the next one", func(t *testing.T) {
		t.Parallel()
		source := &renewable{tokens: []string{"first", "second"}}
		hub, err := ask(t, "second", source)
		require.NoError(t, err)
		assert.Equal(t, []string{"first"}, source.refused)
		assert.Len(t, hub.seen(), 2)
	})
	t.Run("ends the call with what the source says when there is no other", func(t *testing.T) {
		t.Parallel()
		_, err := ask(t, "second", &renewable{tokens: []string{"first"}})
		assert.ErrorIs(t, err, errNoMore)
	})
	t.Run("is not told twice in one call", func(t *testing.T) {
		t.Parallel()
		source := &renewable{tokens: []string{"first", "second", "third"}}
		hub, err := ask(t, "third", source)
		assert.Equal(t, NotAuthorised, ClassOf(err))
		assert.Equal(t, []string{"first"}, source.refused)
		assert.Len(t, hub.seen(), 2)
	})
	t.Run("of a source that cannot renew it is an error", func(t *testing.T) {
		t.Parallel()
		hub, err := ask(t, "second", StaticToken("first"))
		assert.Equal(t, NotAuthorised, ClassOf(err))
		assert.Len(t, hub.seen(), 1)
	})
}
