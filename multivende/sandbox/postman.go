package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

const (
	answerWithin = 6 * time.Second // of a webhook, on our clock
	postEvery    = 10 * time.Millisecond
	postmen      = 128 // notifications that are sent at once
)

// postman sends what is in the outbox. It also brings the world up to now, so that changes are
// sent when they happen.
type postman struct {
	stop context.CancelFunc
	work sync.WaitGroup
}

// beginWebhooks goes on telling whom the options or the journal name.
func (h *Hub) beginWebhooks() error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.webhooks.outbox = nil // what a journal told again was told before
	if url := h.options.Webhooks; url != "" {
		rates := h.options.WebhookRates
		if err := h.record(entry{At: h.clock.now(), Kind: "webhooks", URL: &url, Rates: &rates}); err != nil {
			return err
		}
		h.direct(url, rates)
	}
	if h.webhooks.url != "" {
		h.dispatch()
	}
	return nil
}

// dispatch starts the postman of this hub, once.
func (h *Hub) dispatch() {
	if h.webhooks.post != nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &postman{stop: stop}
	h.webhooks.post = p
	letters := make(chan letter)
	client := h.options.WebhookClient
	if client == nil {
		client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: postmen, IdleConnTimeout: time.Minute}}
	}
	for range postmen {
		p.work.Go(func() {
			for l := range letters {
				h.post(ctx, client, l)
			}
		})
	}
	p.work.Go(func() {
		defer close(letters)
		ticks := time.NewTicker(postEvery)
		defer ticks.Stop()
		for {
			for _, l := range h.letters() {
				select {
				case letters <- l:
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-ticks.C:
			case <-ctx.Done():
				return
			}
		}
	})
}

// letter is a notification on its way.
type letter struct {
	url  string
	body []byte
}

// letters are the notifications that are due.
func (h *Hub) letters() []letter {
	h.lock()
	defer h.mutex.Unlock()
	ours := time.Now()
	var due []letter
	h.webhooks.outbox = slices.DeleteFunc(h.webhooks.outbox, func(n notification) bool {
		if n.due.After(ours) {
			return false
		}
		body, _ := json.Marshal(h.body(n)) // texts and numbers only
		due = append(due, letter{url: h.webhooks.url, body: body})
		return true
	})
	return due
}

func (h *Hub) post(ctx context.Context, client *http.Client, l letter) {
	if l.url == "" { // turned off meanwhile
		return
	}
	within, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	began, status := time.Now(), 0
	r, err := http.NewRequestWithContext(within, http.MethodPost, l.url, bytes.NewReader(l.body))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
		var response *http.Response
		if response, err = client.Do(r); err == nil {
			status = response.StatusCode
			_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, bodyLimit)) // what it says does not matter
			_ = response.Body.Close()
		}
	}
	if ctx.Err() != nil { // the hub was closed
		return
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	next := entry{At: h.clock.now(), Kind: "webhook", Status: status, Millis: float64(time.Since(began).Microseconds()) / 1000}
	_ = h.record(next) // a lost count is no reason to stop
	h.delivered(next)
}

// close ends the postman; what lies in the outbox is lost.
func (p *postman) close() {
	if p == nil {
		return
	}
	p.stop()
	p.work.Wait()
}

// webhooksRoute sets where notifications go from now on.
func (h *Hub) webhooksRoute(r *http.Request) answer {
	var body struct {
		URL string `json:"url"`
		WebhookRates
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", `the body is not JSON with "url", "duplicates", "reordered" and "lost"`)
	}
	if refused := refuseWebhooks(body.URL, body.WebhookRates); refused != "" {
		return problem(http.StatusBadRequest, "BadRequestError", refused)
	}
	return h.byHand(entry{Kind: "webhooks", URL: &body.URL, Rates: &body.WebhookRates}, func(time.Time) {
		h.direct(body.URL, body.WebhookRates)
		h.dispatch()
	})
}

// refuseWebhooks says what is wrong with the given address and shares; empty for nothing.
func refuseWebhooks(address string, rates WebhookRates) string {
	if address != "" {
		if parsed, err := url.Parse(address); err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
			return "webhooks: the address is not one of http or https"
		}
	}
	if min(rates.Duplicates, rates.Reordered, rates.Lost) < 0 || rates.Duplicates+rates.Reordered+rates.Lost > 1 {
		return "webhooks: duplicates, reordered and lost are shares from 0 to 1, and so is their sum"
	}
	return ""
}
