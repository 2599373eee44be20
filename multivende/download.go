package multivende

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"
)

// Download describes a downloaded file.
type Download struct {
	Bytes       int64
	ContentType string // as the server says, often wrongly
	SHA256      string // hex
}

// expiredStatuses holds the statuses of a dead link. Storage with signed links usually answers 403, and
// 400 or 401 when the credentials behind the signature have expired.
var expiredStatuses = []int{
	http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone,
}

const (
	// leastPace is how many bytes of a file must come within Timeouts.Idle.
	leastPace = 4 << 10
	// longestFileWait is the longest Retry-After that is believed of a file's server.
	longestFileWait = 30 * time.Second
)

// errStalled ends a download whose server sends almost nothing any more.
var errStalled = errors.New("almost nothing came for too long")

// Download writes the file behind a link that the hub handed out to w; the token is not sent. After
// an error, w does not hold the whole file. LinkExpired means that a new link is needed: read the
// task or the delivery order again. Stalled means that the server sends almost nothing, or took
// longer than Timeouts.Download. An error of w is returned as it is.
func (c *Client) Download(ctx context.Context, link string, w io.Writer) (Download, error) {
	sent := time.Now()
	got, status, err := c.download(ctx, link, w)
	c.config.Observe(ctx, Call{
		Route: routeDownload, Method: http.MethodGet, Status: status, Class: ClassOf(err), Duration: time.Since(sent),
	})
	return got, err
}

func (c *Client) download(ctx context.Context, link string, w io.Writer) (Download, int, error) {
	target, err := url.Parse(link)
	if err != nil {
		return Download{}, 0, c.refuse(routeDownload, "the link is not valid")
	}
	if err := c.checkLink(target); err != nil {
		return Download{}, 0, c.refuse(routeDownload, "%v", err)
	}
	timed, cancel := context.WithTimeout(ctx, c.config.Timeouts.Download)
	defer cancel()
	within, end := context.WithCancelCause(timed)
	defer end(nil)
	req, err := http.NewRequestWithContext(within, http.MethodGet, target.String(), nil)
	if err != nil {
		return Download{}, 0, c.refuse(routeDownload, "the link is not valid")
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	resp, err := c.files.Do(req)
	if err != nil {
		return Download{}, 0, c.notDownloaded(ctx, err)
	}
	body := watch(resp.Body, c.config.Timeouts.Idle, func() { end(errStalled) })
	resp.Body = body
	defer body.stop()
	defer drain(resp.Body)
	if resp.StatusCode != http.StatusOK {
		return Download{}, resp.StatusCode, c.downloadFailure(resp)
	}
	got, err := c.receive(ctx, resp, w)
	if errors.Is(context.Cause(within), errStalled) && ClassOf(err) == Unreachable {
		err = c.stalled(fmt.Sprintf("fewer than %d bytes came in %s", leastPace, c.config.Timeouts.Idle))
	}
	return got, resp.StatusCode, err
}

// watchedBody is a body whose reading ends when too little of it comes.
type watchedBody struct {
	io.ReadCloser
	count   atomic.Int64
	stopped chan struct{}
}

// watch calls end when less than leastPace of a body was read within a span; stop ends the watch.
func watch(body io.ReadCloser, span time.Duration, end func()) *watchedBody {
	w := &watchedBody{ReadCloser: body, stopped: make(chan struct{})}
	go func() {
		tick := time.NewTicker(span)
		defer tick.Stop()
		for {
			select {
			case <-w.stopped:
				return
			case <-tick.C:
				if w.count.Swap(0) < leastPace {
					end()
					return
				}
			}
		}
	}()
	return w
}

func (w *watchedBody) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.count.Add(int64(n))
	return n, err
}

func (w *watchedBody) stop() { close(w.stopped) }

func (c *Client) stalled(why string) error {
	return &Error{Class: Stalled, Route: c.label(routeDownload), Excerpt: why}
}

// unfinished is the error of a download that broke off; its class is Stalled if it was too slow.
func (c *Client) unfinished(ctx context.Context, err error) error {
	if ctx.Err() == nil && isTimeout(err) {
		return c.stalled(describe(err))
	}
	return c.unreachable(ctx, routeDownload, err, false)
}

// notDownloaded is the error of a download without an answer: the link must not be followed, or its
// server is unreachable.
func (c *Client) notDownloaded(ctx context.Context, err error) error {
	for _, refused := range []error{errNotPublic, errNotHTTPS, errManyHops, errCredentials} {
		if errors.Is(err, refused) {
			return c.refuse(routeDownload, "%v", refused)
		}
	}
	return c.unfinished(ctx, err)
}

func (c *Client) downloadFailure(resp *http.Response) error {
	failure := &Error{Class: classOfStatus(resp.StatusCode), Route: c.label(routeDownload), Status: resp.StatusCode}
	switch {
	case slices.Contains(expiredStatuses, resp.StatusCode):
		failure.Class = LinkExpired
	case failure.Class == NoRoute:
		failure.Class = Refused // the server of a file has none of the hub's routes
	case failure.Class == Busy:
		failure.RetryAfter = min(c.retryAfter(resp.Header), longestFileWait)
	case resp.StatusCode < 300:
		failure.Class, failure.Excerpt = Broken, "the answer holds no file"
	}
	return failure
}

func (c *Client) receive(ctx context.Context, resp *http.Response, w io.Writer) (Download, error) {
	most := c.config.MaxDownload
	tooLarge := &Error{
		Class: Broken, Route: c.label(routeDownload), Status: resp.StatusCode,
		Excerpt: fmt.Sprintf("the file is larger than %d bytes", most),
	}
	if resp.ContentLength > most {
		return Download{}, tooLarge
	}
	digest := sha256.New()
	target := &rememberingWriter{writer: io.MultiWriter(digest, w)}
	count, err := io.Copy(target, io.LimitReader(resp.Body, most+1))
	switch {
	case target.err != nil:
		return Download{}, target.err
	case err != nil:
		return Download{}, c.unfinished(ctx, err)
	case count > most:
		return Download{}, tooLarge
	case resp.ContentLength >= 0 && count != resp.ContentLength:
		return Download{}, c.unreachable(ctx, routeDownload, io.ErrUnexpectedEOF, false)
	}
	return Download{
		Bytes: count, ContentType: cleanWords(resp.Header.Get("Content-Type")), SHA256: hex.EncodeToString(digest.Sum(nil)),
	}, nil
}

// rememberingWriter remembers the writer's error, to tell it from the connection's.
type rememberingWriter struct {
	writer io.Writer
	err    error
}

func (r *rememberingWriter) Write(p []byte) (int, error) {
	n, err := r.writer.Write(p)
	if err != nil {
		r.err = err
	}
	return n, err
}
