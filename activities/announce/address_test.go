package announce

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/activitiestest"
)

// onDial is a client whose connections fail, or are made, as the function says.
func onDial(dial func() (net.Conn, error)) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return dial() }}}
}

func TestNoErrorTellsTheWebhooksAddress(t *testing.T) {
	t.Parallel()
	const host, path = "hooks-7f3a.example", "token-7f3a"
	for name, c := range map[string]struct {
		dial func() (net.Conn, error)
		says string
	}{
		"when nobody knows its host": {func() (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}
		}, "no such host"},
		"when the resolver fails by itself": {func() (net.Conn, error) { return nil, &net.DNSError{Err: "server misbehaving", Name: host} }, "server misbehaving"},
		"when it refuses connections": {func() (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(203, 0, 113, 7), Port: 443}, Err: errors.New("connection refused")}
		}, "connection refused"},
		"when it hangs up": {func() (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() { _, _ = io.ReadFull(theirs, make([]byte, 1)); _ = theirs.Close() }()
			return ours, nil
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := &Announcements{Webhook: Webhook{URL: "http://" + host + "/" + path, Secret: webhookSecret, Client: onDial(c.dial)}}
			failure := activitiestest.ApplicationError(t, a.Announce(t.Context(), news()))
			assert.Contains(t, failure.Message(), "the webhook is unreachable: ")
			assert.Contains(t, failure.Message(), c.says)
			for _, part := range []string{"7f3a", "203.0.113.7", "http://"} {
				assert.NotContains(t, failure.Error(), part)
			}
		})
	}
}
