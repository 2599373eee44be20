package hooks

import (
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	book "github.com/despacho/despacho/hooks"
)

// receiver is a partner's server that counts connections and calls.
type receiver struct {
	*httptest.Server
	connections, calls atomic.Int32
}

func newReceiver(t *testing.T, answer http.HandlerFunc) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.calls.Add(1)
		answer(w, request)
	}))
	r.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			r.connections.Add(1)
		}
	}
	r.StartTLS()
	t.Cleanup(r.Close)
	return r
}

// callerOf is the production client that trusts the receivers' certificates.
func callerOf(t *testing.T, allow []string, receivers ...*receiver) *http.Client {
	t.Helper()
	client, err := NewClient(allow)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	transport, ok := client.Transport.(*http.Transport)
	require.True(t, ok)
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	for _, r := range receivers {
		transport.TLSClientConfig.RootCAs.AddCert(r.Certificate())
	}
	return client
}

// TestAPrivateAddressIsRefusedWhenItIsCalled: as a number, and as a name that leads there. Nothing is connected to.
func TestAPrivateAddressIsRefusedWhenItIsCalled(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, func(http.ResponseWriter, *http.Request) {})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(r.URL, "https://"))
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "10.0.0.1", "192.168.0.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "100.64.0.1"} {
		s := newScene(t, callerOf(t, nil, r))
		id := s.add("https://" + host + ":" + port + "/x")
		s.tell("d-1")
		done, all := s.deliver(id)
		require.Len(t, all, 1, host)
		assert.Equal(t, book.Retrying, all[0].State, host)
		assert.Zero(t, all[0].Status, host)
		assert.Contains(t, all[0].Error, "not public", host)
		assert.Len(t, done.Parked, 1, host)
	}
	assert.Zero(t, r.connections.Load())

	s := newScene(t, callerOf(t, []string{"127.0.0.1:" + port}, r))
	id := s.add(r.URL)
	s.tell("d-1")
	_, all := s.deliver(id)
	assert.Equal(t, book.Delivered, all[0].State, "unless the operator allows it")
	assert.EqualValues(t, 1, r.calls.Load())
}

// TestNoRedirectIsFollowed, not even to where the operator allows calls.
func TestNoRedirectIsFollowed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		inside := newReceiver(t, func(http.ResponseWriter, *http.Request) {})
		outside := newReceiver(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", inside.URL+"/x")
			w.WriteHeader(status)
		})
		s := newScene(t, callerOf(t, []string{"127.0.0.1"}, inside, outside))
		id := s.add(outside.URL)
		s.tell("d-1")
		_, all := s.deliver(id)
		require.Len(t, all, 1)
		assert.Equal(t, []any{book.Retrying, status}, []any{all[0].State, all[0].Status}, "it was not taken")
		assert.EqualValues(t, 1, outside.calls.Load())
		assert.Zero(t, inside.connections.Load())
	}
}
