package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func get(t *testing.T, address, path string) (status int, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(content)
}

func serveEndpoints(t *testing.T, ready *Readiness) *Endpoints {
	t.Helper()
	numbers, err := NewMetrics(silent())
	require.NoError(t, err)
	served, err := Listen(t.Context(), "DESPACHO_LISTEN", "127.0.0.1:0", ready, numbers.Registry)
	require.NoError(t, err)
	t.Cleanup(served.Close)
	return served
}

// assertReady asks the metric on which DespachoNotReady fires.
func assertReady(t *testing.T, served *Endpoints, want int) {
	t.Helper()
	_, page := get(t, served.address, "/metrics")
	assert.Contains(t, page, fmt.Sprintf("\ndespacho_ready %d\n", want))
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	ready := NewReadiness("worker")
	served := serveEndpoints(t, ready)

	status, body := get(t, served.address, "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, "starting")
	assertReady(t, served, 0)

	ready.BeginChecks([]Check{{"Temporal", func(context.Context) error { return nil }}})
	status, body = get(t, served.address, "/readyz")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "ready\n", body)
	assertReady(t, served, 1)

	ready.BeginDraining()
	status, body = get(t, served.address, "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, status)
	assert.Contains(t, body, "ending")
	assertReady(t, served, 0)

	status, _ = get(t, served.address, "/healthz")
	assert.Equal(t, http.StatusOK, status, "a worker that ends is alive")
	status, body = get(t, served.address, "/metrics")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, "go_goroutines")
	status, _ = get(t, served.address, "/")
	assert.Equal(t, http.StatusNotFound, status)
}

func TestReadinessNamesEveryTrouble(t *testing.T) {
	t.Parallel()
	ready := NewReadiness("worker")
	ready.BeginChecks([]Check{
		{"Temporal", func(context.Context) error { return errors.New("does not answer") }},
		{"label store", func(context.Context) error { return errors.New("bucket is gone") }},
	})
	recorder := httptest.NewRecorder()
	ready.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	assert.Equal(t, http.StatusServiceUnavailable, recorder.Code)
	assert.Equal(t, "Temporal: does not answer\nlabel store: bucket is gone\n", recorder.Body.String())
}

func TestReadinessIsLookedAtOnceInAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		ready := NewReadiness("worker")
		ready.BeginChecks([]Check{{"Temporal", func(ctx context.Context) error {
			looks++
			_, bounded := ctx.Deadline()
			assert.True(t, bounded)
			return ctx.Err()
		}}})
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Empty(t, ready.Look(gone), "a caller who has gone does not spoil the answer of the next")
		assert.Empty(t, ready.Look(t.Context()))
		assert.Equal(t, 1, looks)
		<-time.After(readyAge)
		assert.Empty(t, ready.Look(t.Context()))
		assert.Equal(t, 2, looks)
	})
}

func TestListenNamesTheSettingWhenThePortIsTaken(t *testing.T) {
	t.Parallel()
	served := serveEndpoints(t, NewReadiness("worker"))
	numbers, err := NewMetrics(silent())
	require.NoError(t, err)
	_, err = Listen(t.Context(), "DESPACHO_LISTEN", served.address, NewReadiness("worker"), numbers.Registry)
	require.ErrorContains(t, err, "DESPACHO_LISTEN")
}

func TestHealth(t *testing.T) {
	t.Parallel()
	served := serveEndpoints(t, NewReadiness("worker"))
	_, port, _ := strings.Cut(served.address, ":")
	require.NoError(t, Health(t.Context(), "worker", "DESPACHO_LISTEN", served.address))
	require.NoError(t, Health(t.Context(), "worker", "DESPACHO_LISTEN", "0.0.0.0:"+port), "a worker on every interface is asked on this machine")

	sick := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(sick.Close)
	require.ErrorContains(t, Health(t.Context(), "worker", "DESPACHO_LISTEN", sick.Listener.Addr().String()), "404")
	require.ErrorContains(t, Health(t.Context(), "worker", "DESPACHO_LISTEN", "nonsense"), "DESPACHO_LISTEN")
	served.Close()
	require.ErrorContains(t, Health(t.Context(), "worker", "DESPACHO_LISTEN", served.address), "does not answer")
}
