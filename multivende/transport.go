package multivende

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"syscall"
	"time"
)

const maxRedirects = 5

var (
	resolver       = net.DefaultResolver
	errNotPublic   = errors.New("the link leads to an address that is not public")
	errNotHTTPS    = errors.New("the link is not https")
	errManyHops    = errors.New("the link is redirected too often")
	errCredentials = errors.New("the link holds a user or password")
)

// newAPIClient is the client that carries the token: it follows a redirect only of a GET and only
// to the same host.
func (c *Client) newAPIClient() *http.Client {
	transport := c.transport()
	transport.Proxy = http.ProxyFromEnvironment
	transport.DialContext = (&net.Dialer{Timeout: c.config.Timeouts.Dial}).DialContext
	transport.MaxConnsPerHost = c.config.MaxConnection
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			first := via[0]
			sameHost := next.URL.Scheme == first.URL.Scheme && next.URL.Host == first.URL.Host
			if first.Method != http.MethodGet || !sameHost || len(via) > maxRedirects {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

// newFileClient is the client for downloads: no token, no proxy, and no address that is not public
// unless the host is allowed, checked where the connection is made.
func (c *Client) newFileClient() *http.Client {
	transport := c.transport()
	transport.DialContext = c.dialPublic
	transport.DisableCompression = true
	return &http.Client{
		Transport: transport,
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			next.Header.Del("Referer") // it would show a signed link to the next host
			if len(via) > maxRedirects {
				return errManyHops
			}
			return c.checkLink(next.URL)
		},
	}
}

func (c *Client) transport() *http.Transport {
	return &http.Transport{
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    c.config.Timeouts.TLS,
		ResponseHeaderTimeout:  c.config.Timeouts.Headers,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConnsPerHost:    c.config.MaxConnection,
		MaxResponseHeaderBytes: 256 << 10,
		ForceAttemptHTTP2:      true,
	}
}

// checkLink refuses links for which no connection must be tried.
func (c *Client) checkLink(link *url.URL) error {
	switch {
	case link.User != nil:
		return errCredentials
	case c.hosts.allow(link.Hostname(), portOf(link)) && (link.Scheme == "http" || link.Scheme == "https"):
		return nil
	case link.Scheme != "https" || link.Host == "":
		return errNotHTTPS
	}
	return nil
}

// dialPublic connects to the first address of a host that is public; to any when it is allowed.
// It checks the very address that it connects to, so a second answer of DNS changes nothing.
func (c *Client) dialPublic(ctx context.Context, network, hostPort string) (net.Conn, error) {
	dialer := &net.Dialer{Timeout: c.config.Timeouts.Dial}
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	if c.hosts.allow(host, port) {
		return dialer.DialContext(ctx, network, hostPort)
	}
	found, err := c.addressesOf(ctx, host)
	if err != nil {
		return nil, err
	}
	dialer.Control = refusePrivate
	err = errNotPublic
	for _, ip := range found {
		if !isPublic(ip) {
			continue
		}
		var conn net.Conn
		if conn, err = dialer.DialContext(ctx, network, net.JoinHostPort(ip.String(), port)); err == nil {
			return conn, nil
		}
	}
	return nil, err
}

func (c *Client) addressesOf(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip}, nil
	}
	found, err := c.lookup(ctx, "ip", host)
	for i, ip := range found {
		found[i] = ip.Unmap() // the resolver writes IPv4 answers as mapped addresses
	}
	return found, err
}

// refusePrivate is the last check of an address, made by the connection itself.
func refusePrivate(_, hostPort string, _ syscall.RawConn) error {
	if at, err := netip.ParseAddrPort(hostPort); err != nil || !isPublic(at.Addr()) {
		return errNotPublic
	}
	return nil
}

// describe says why a connection failed. Errors of net/http quote whole links, so their own text
// is never used.
func describe(err error) string {
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		unknown     x509.UnknownAuthorityError
		record      tls.RecordHeaderError
		number      syscall.Errno
	)
	switch {
	case errors.Is(err, errNotPublic), errors.Is(err, errNotHTTPS), errors.Is(err, errManyHops), errors.Is(err, errCredentials):
		return rootOf(err).Error()
	case errors.As(err, &dns):
		return "its name is not found"
	case errors.As(err, &certificate), errors.As(err, &unknown):
		return "its certificate is not accepted"
	case errors.As(err, &record):
		return "it does not speak TLS"
	case isTimeout(err):
		return "no answer came in time"
	case errors.As(err, &number):
		return number.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut"
	}
	return "the connection failed"
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) ||
		errors.As(err, &timeout) && timeout.Timeout()
}

func rootOf(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

// drain reads the rest of a small body so that the connection can be used again.
func drain(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 64<<10)
	_ = body.Close()
}
