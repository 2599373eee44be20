package run

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/despacho/despacho/starter/terminal"
)

const (
	gatewayPath = "/webhooks/multivende"
	// certificateWarn is when a certificate should have been renewed.
	certificateWarn = 14 * day
)

// examineCallback looks at the registered callback as the hub does: https, a certificate that is
// trusted, a gateway behind it.
func (e *examination) examineCallback(ctx context.Context, _ desk) {
	if e.command.Callback == "" {
		return
	}
	address, err := url.Parse(e.command.Callback)
	if err != nil || address.Scheme != "https" || address.Hostname() == "" {
		e.fail("callback", "give the address that is registered with the hub: https://…"+gatewayPath, "%q is not an https address", e.command.Callback)
		return
	}
	if address.Path != gatewayPath {
		e.warn("callback", "unless a proxy of yours rewrites it, register "+gatewayPath, "its path is %q", address.Path)
	}
	port := address.Port()
	if port == "" {
		port = "443"
	}
	dialer := tls.Dialer{Config: e.callbackTLS()}
	connection, err := dialer.DialContext(ctx, "tcp", net.JoinHostPort(address.Hostname(), port))
	if err != nil {
		e.fail("callback certificate", "the hub wants https with a certificate that is valid, trusted and complete (with its chain)", "%s: %v", address.Host, err)
		return
	}
	defer connection.Close()
	secured, ok := connection.(*tls.Conn)
	if !ok || len(secured.ConnectionState().PeerCertificates) == 0 {
		e.fail("callback certificate", "", "%s has none", address.Host)
		return
	}
	ends := secured.ConnectionState().PeerCertificates[0].NotAfter
	left := ends.Sub(e.now())
	if left < certificateWarn {
		e.warn("callback certificate", "renew it; the gateway loads the new one automatically", "valid until %s, %s left", ends.Format(time.DateOnly), terminal.Count(int(left/day), "day"))
	} else {
		e.ok("callback certificate", "valid until %s, %s left", ends.Format(time.DateOnly), terminal.Count(int(left/day), "day"))
	}
	e.examineGateway(ctx, address)
}

// callbackTLS trusts what the system trusts; tests add their own.
func (e *examination) callbackTLS() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: e.command.trusted}
}

// examineGateway asks as a stranger: a gateway refuses that.
func (e *examination) examineGateway(ctx context.Context, address *url.URL) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), http.NoBody)
	if err != nil {
		e.fail("callback", "", "%v", err)
		return
	}
	transport := &http.Transport{TLSClientConfig: e.callbackTLS(), DisableKeepAlives: true}
	asked := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := asked.Do(request)
	if err != nil {
		e.fail("callback", "is the gateway running?", "%v", err)
		return
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusForbidden, http.StatusMethodNotAllowed:
		e.ok("callback", "refuses unknown senders, as it should (%s)", answer.Status)
	default:
		e.warn("callback", "does this address lead to the gateway?", "answers %s to an unknown sender, where the gateway answers 403", answer.Status)
	}
}
