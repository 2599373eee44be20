package hooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"time"

	book "github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende"
)

const (
	// SendWithin is how long a webhook may take to answer.
	SendWithin = 15 * time.Second
	dialWithin = 10 * time.Second
	// mostAnswer is how much of an answer is read, and thrown away.
	mostAnswer = 64 << 10
)

// NewClient calls webhooks: public addresses alone, unless a host is allowed; it follows no redirect and uses no proxy.
func NewClient(allow []string) (*http.Client, error) {
	dial, err := multivende.NewPublicDialer(allow, dialWithin)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext: dial, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, TLSHandshakeTimeout: dialWithin,
			MaxResponseHeaderBytes: mostAnswer, MaxIdleConns: 100, MaxIdleConnsPerHost: 2, IdleConnTimeout: 90 * time.Second, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// send sends a message once; failure is why no answer came.
func (d *Deliveries) send(ctx context.Context, url string, signers []book.Signer, message book.Message) (status int, failure string) {
	ctx, cancel := context.WithTimeout(ctx, SendWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(message.Body))
	if err != nil {
		return 0, "the address is not valid"
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "despacho")
	for name, value := range book.Headers(signers, message.ID, d.now(), message.Body) {
		request.Header.Set(name, value)
	}
	response, err := d.Client.Do(request)
	if err != nil {
		return 0, multivende.DescribeFailure(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, mostAnswer))
	return response.StatusCode, ""
}
