package sandbox

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnswersThatNeverEnd(t *testing.T) {
	t.Parallel()
	for answer, least := range map[string]int{"silent": 0, "stalled": 20, "trickled": 3} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			hub, err := New(Options{Faults: parsed(t, `[{"route":"info","answer":"`+answer+`","delay":"1ms"}]`)})
			require.NoError(t, err)
			server := httptest.NewServer(hub)
			t.Cleanup(server.Close)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/d/info", nil)
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer "+hub.Token())
			if least == 0 {
				stop := make(chan error, 1)
				go func() { _, err := http.DefaultClient.Do(req); stop <- err }() //nolint:bodyclose // there is none
				for hub.Report().Calls["info"].Count == 0 {
					require.Empty(t, stop)
				}
				cancel()
				require.ErrorIs(t, <-stop, context.Canceled)
				return
			}
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			defer func() { _ = resp.Body.Close() }()
			got := make([]byte, least)
			_, err = io.ReadFull(resp.Body, got)
			require.NoError(t, err)
			assert.Less(t, int64(least), resp.ContentLength)
			if answer == "trickled" {
				return
			}
			cancel()
			rest, err := io.ReadAll(resp.Body)
			require.ErrorIs(t, err, context.Canceled)
			assert.Less(t, int64(least+len(rest)), resp.ContentLength, "the rest never comes")
		})
	}
}
