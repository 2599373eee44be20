package multivende

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// failure turns an answer that is not 2xx into an error and tells the limiter.
func (c *Client) failure(r request, answer Error, resp *http.Response, body []byte, secrets []string) error {
	answer.Class = classOfStatus(resp.StatusCode)
	if resp.StatusCode == http.StatusForbidden && looksLikeHTML(body) {
		answer.Class = Busy // a guard in front of the hub
	}
	if resp.StatusCode == http.StatusNotFound {
		var sure bool
		answer.Class, sure = c.classOfAbsence(r, body)
		answer.RouteUnproven = !sure
	}
	answer.Excerpt = excerptOf(body, secrets...)
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		answer.Excerpt = "it redirects elsewhere, which is not followed"
		answer.MayBeDone = false
	case answer.Class == Busy:
		answer.RetryAfter = c.limiter.busy(c.retryAfter(resp.Header), resp.StatusCode == http.StatusTooManyRequests)
		answer.MayBeDone = answer.MayBeDone && resp.StatusCode != http.StatusTooManyRequests
	default:
		c.limiter.succeeded()
		answer.MayBeDone = false
	}
	return &answer
}

// retryAfter returns Retry-After (seconds, or a date by the clock of the server that sent it) as a
// duration of our own time; 0 when there is none (RFC 9110, 10.2.3).
func (c *Client) retryAfter(header http.Header) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 {
		return c.clock.Real(time.Duration(min(seconds, longestObeyed.Seconds()) * float64(time.Second)))
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		now = c.clock.Now()
	}
	return c.clock.Real(min(max(date.Sub(now), 0), longestObeyed))
}

// unreachable is the error of a call without a whole answer. When the caller's own context has
// ended, its error is passed through.
func (c *Client) unreachable(ctx context.Context, route string, err error, mayBeDone bool) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", c.label(route), ctx.Err())
	}
	return &Error{Class: Unreachable, Route: c.label(route), Excerpt: describe(err), MayBeDone: mayBeDone}
}
