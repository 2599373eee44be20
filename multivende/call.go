package multivende

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/samber/lo"
)

// request is one call of the path table.
type request struct {
	route  string
	values map[string]string // what stands for the placeholders
	query  url.Values
	body   any // sent as JSON; nil sends none
	// mayBeEmpty accepts an answer without a body; JSON in it is not read.
	mayBeEmpty bool
	// public calls carry no token.
	public bool
	// secrets are what the answer may quote and nobody may read, besides the token.
	secrets []string
}

// refuse returns the error of a call that is not sent because it makes no sense.
func (c *Client) refuse(route, format string, args ...any) error {
	return &Error{Class: Refused, Route: c.label(route), Excerpt: cleanWords(fmt.Sprintf(format, args...))}
}

// label is a route's name in errors.
func (c *Client) label(route string) string { return route + " " + c.methodOf(route) }

// called is a route's method and template, without ids.
func (c *Client) called(route string) string {
	return c.methodOf(route) + " " + c.routes[route].template
}

func (c *Client) methodOf(route string) string {
	if known, found := c.routes[route]; found {
		return known.method
	}
	return http.MethodGet
}

// read sends a GET and decodes its answer. It tries again a few times when the hub is busy, its
// answer broken or the connection lost; longer waits are left to the caller.
func (c *Client) read(ctx context.Context, r request, into any) error {
	for attempt := 1; ; attempt++ {
		err := c.send(ctx, r, into)
		if err == nil || attempt >= c.config.ReadAttempts {
			return err
		}
		if ctx.Err() != nil || !c.worthAnotherTry(err) {
			return err
		}
		if sleepErr := sleepFor(ctx, c.clock.Real(time.Duration(attempt)*time.Second/2)); sleepErr != nil {
			return sleepErr
		}
	}
}

func (c *Client) worthAnotherTry(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.RetryAfter > c.config.Patience {
		return false
	}
	return e.Class == Busy || e.Class == Broken || e.Class == Unreachable
}

// send makes one call and decodes its answer into a value. If the token is refused and the token
// source has another one, the call is made once more.
func (c *Client) send(ctx context.Context, r request, into any) error {
	token, err := c.token(ctx, r)
	if err != nil {
		return err
	}
	err = c.sendWith(ctx, r, token, into)
	source, refusable := c.config.Token.(RefusableToken)
	if r.public || !refusable || statusOf(err) != http.StatusUnauthorized {
		return err
	}
	if err := source.Refused(ctx, token); err != nil {
		return fmt.Errorf("%s: %w", c.label(r.route), err)
	}
	if token, err = c.token(ctx, r); err != nil {
		return err
	}
	return c.sendWith(ctx, r, token, into)
}

// statusOf is the HTTP status of a failed call; 0 when there was no answer.
func statusOf(err error) int {
	var e *Error
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// token is the bearer token of a call; "" for one that carries none.
func (c *Client) token(ctx context.Context, r request) (string, error) {
	if r.public {
		return "", nil
	}
	token, err := c.config.Token.Token(ctx)
	if err != nil {
		return "", fmt.Errorf("token for the hub: %w", err)
	}
	if token = strings.TrimSpace(token); token == "" || strings.ContainsFunc(token, notInToken) {
		return "", &Error{Class: NotAuthorised, Route: c.label(r.route), Excerpt: "nothing was sent: there is no usable token"}
	}
	return token, nil
}

func (c *Client) sendWith(ctx context.Context, r request, token string, into any) error {
	asked := time.Now()
	err := c.limiter.wait(ctx, c.label(r.route))
	if c.limiter != nil {
		c.config.Waited(time.Since(asked))
	}
	if err != nil {
		return err
	}
	sent := time.Now()
	status, err := c.exchange(ctx, r, token, into)
	c.config.Observe(ctx, Call{
		Route: r.route, Template: c.routes[r.route].template, Method: c.methodOf(r.route), Status: status, Class: ClassOf(err),
		Duration: time.Since(sent), Background: classOf(ctx) == background,
	})
	return err
}

func (c *Client) exchange(ctx context.Context, r request, token string, into any) (int, error) {
	// written tells whether the request left, so that it may have been carried out.
	var written atomic.Bool
	within, cancel := context.WithTimeout(ctx, c.config.Timeouts.Request)
	defer cancel()
	traced := httptrace.WithClientTrace(within, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})

	req, err := c.build(traced, r, token)
	if err != nil {
		return 0, err
	}
	mayBeDone := func() bool { return req.Method != http.MethodGet && written.Load() }
	sent := time.Now()
	resp, err := c.api.Do(req)
	if err != nil {
		return 0, c.unreachable(ctx, r.route, err, mayBeDone())
	}
	defer drain(resp.Body)
	if !mayBeFromProxy(resp.StatusCode) || !c.clock.Known() {
		c.clock.learn(resp.Header, sent)
	}

	body, err := io.ReadAll(io.LimitReader(resp.Body, c.config.MaxAnswer+1))
	answer := Error{Class: Broken, Route: c.label(r.route), CalledRoute: c.called(r.route), Status: resp.StatusCode, MayBeDone: mayBeDone()}
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return resp.StatusCode, c.failure(r, answer, resp, body, append([]string{token}, r.secrets...))
	case err != nil:
		return resp.StatusCode, c.unreachable(ctx, r.route, err, mayBeDone())
	}
	c.limiter.succeeded()
	if int64(len(body)) > c.config.MaxAnswer {
		answer.Excerpt = fmt.Sprintf("the answer is larger than %d bytes", c.config.MaxAnswer)
		return resp.StatusCode, &answer
	}
	if answer.Excerpt = decode(body, into, r.mayBeEmpty); answer.Excerpt != "" {
		return resp.StatusCode, &answer
	}
	c.proven.add(provenKey(r))
	return resp.StatusCode, nil
}

// mayBeFromProxy tells whether something in front of the hub may have answered in its place, by its own clock.
func mayBeFromProxy(status int) bool {
	return status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

// decode reads the body of a successful answer. It returns why it cannot, "" when it can, and
// never quotes the body, which may hold an order.
func decode(body []byte, into any, mayBeEmpty bool) string {
	trimmed := bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	switch {
	case len(trimmed) == 0 && mayBeEmpty:
		return ""
	case len(trimmed) == 0:
		return "the answer is empty"
	case looksLikeHTML(trimmed):
		return titleOf(trimmed)
	case mayBeEmpty:
		return ""
	case !json.Valid(trimmed):
		return "the answer is not JSON, or is cut off"
	case json.Unmarshal(trimmed, into) != nil:
		return "the answer is JSON of another shape than expected"
	}
	return ""
}

func (c *Client) build(ctx context.Context, r request, token string) (*http.Request, error) {
	address, err := c.address(r)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if r.body != nil {
		content, err := json.Marshal(r.body)
		if err != nil {
			return nil, c.refuse(r.route, "the body cannot be written as JSON")
		}
		body = bytes.NewReader(content)
	}
	req, err := http.NewRequestWithContext(ctx, c.methodOf(r.route), address, body)
	if err != nil {
		return nil, c.refuse(r.route, "the address is not valid")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Cache-Control", "no-cache")
	req.Header.Set("User-Agent", c.config.UserAgent)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// notInToken: a bearer token is printable ASCII without spaces (RFC 6750, 2.1).
func notInToken(r rune) bool { return r <= ' ' || r > '~' }

func (c *Client) address(r request) (string, error) {
	values := map[string]string{"merchantId": c.config.Merchant}
	for name, value := range r.values {
		values[name] = value
	}
	path, err := fill(c.routes[r.route].template, values)
	if err != nil {
		class := lo.Ternary(WhyUnusable(c.config.Merchant) == "", NotFound, Refused)
		return "", &Error{Class: class, Route: c.label(r.route), Excerpt: err.Error()}
	}
	if len(r.query) == 0 {
		return c.base.String() + path, nil
	}
	// The guide's dates hold a space, and not every server reads a plus sign as one.
	query := strings.ReplaceAll(r.query.Encode(), "+", "%20")
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return c.base.String() + path + separator + query, nil
}
