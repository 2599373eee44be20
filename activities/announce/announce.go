package announce

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

const (
	webhookTimeout = 10 * time.Second
)

// Webhook is an address that events are sent to. Its secret signs what is sent.
type Webhook struct {
	URL    string
	Secret string `json:"-"`
	// Client makes the calls; nil means one that follows no redirect.
	Client *http.Client `json:"-"`
}

// Check says what is wrong with the webhook; nil when nothing is, or none is set.
func (w Webhook) Check() error {
	parsed, err := url.Parse(w.URL)
	switch {
	case w.URL == "" && w.Secret == "":
		return nil
	case w.URL == "":
		return errors.New("a secret is set, but no address")
	case err != nil || parsed.Host == "" || parsed.User != nil:
		return errors.New("the address must be an https URL without user and password")
	case parsed.Scheme != "https" && !(parsed.Scheme == "http" && loopback(parsed.Hostname())):
		return errors.New("the address must be https (http is for loopback only)")
	case len(w.Secret) < 16:
		return errors.New("the secret must have at least 16 characters")
	}
	return nil
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}

// Announcements are the steps that report events to others. Register them with a worker.
type Announcements struct {
	Webhook Webhook
	Store   *storage.Store
}

// Announce sends the event to the webhook, if there is one, until it answers 2xx. Answers other than
// 408, 425, 429 and 5xx are final.
func (a *Announcements) Announce(ctx context.Context, in contract.Announcement) error {
	if a.Webhook.URL == "" || len(in.Orders) == 0 {
		return nil
	}
	body, err := json.Marshal(struct {
		Event      string    `json:"event"`
		Merchant   string    `json:"merchant"`
		Connection string    `json:"connection"`
		Channel    string    `json:"channel"`
		Orders     []string  `json:"delivery_order_ids"`
		At         time.Time `json:"at"`
	}{in.Event, in.Merchant, in.Connection, in.Channel, in.Orders, in.At.UTC()})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, webhookTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.Webhook.URL, bytes.NewReader(body))
	if err != nil {
		return activities.FinalError(contract.ErrorRequest, "the webhook's address is not valid; check DESPACHO_WEBHOOK_OUT")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(contract.IdempotencyHeader, in.ID)
	request.Header.Set(contract.SignatureHeader, contract.Signature(a.Webhook.Secret, time.Now(), body))
	response, err := a.Webhook.client().Do(request)
	if err != nil {
		return temporal.NewApplicationError("the webhook is unreachable: "+withoutAddress(err), contract.ErrorTrouble)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10))
	return answered(response.StatusCode)
}

func answered(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests, status >= 500:
		return temporal.NewApplicationError(fmt.Sprintf("the webhook answered %d", status), contract.ErrorTrouble)
	}
	return activities.FinalError(contract.ErrorRefused, fmt.Sprintf("the webhook answered %d; the event is not sent again", status))
}

// client follows no redirect: what is signed is for one address only.
func (w Webhook) client() *http.Client {
	if w.Client != nil {
		return w.Client
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// withoutAddress is the error without the address, which may contain a secret.
func withoutAddress(err error) string {
	var in *url.Error
	if errors.As(err, &in) {
		err = in.Err
	}
	var network *net.OpError
	if errors.As(err, &network) {
		err = network.Err
	}
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		err = errors.New(lookup.Err)
	}
	return contract.CleanReason(err.Error())
}

// AnnouncedPageInput names a page of statuses that a run has brought to their channel.
type AnnouncedPageInput struct {
	activities.Scope
	Page   string          `json:"page"`
	Status channels.Status `json:"status"`
	At     time.Time       `json:"at"`
}

// AnnouncedPage returns an announcement of a page's orders whose status has reached its channel.
func (a *Announcements) AnnouncedPage(ctx context.Context, in AnnouncedPageInput) (contract.Announcement, error) {
	page, err := in.ReadPage(ctx, a.Store, in.Page)
	if err != nil {
		return contract.Announcement{}, err
	}
	verified := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Status == contract.StatusSynced })
	return contract.Announcement{
		ID:    fmt.Sprintf("run-%s-%s-%d-%s", in.Run, in.Connection.ID, in.Generation, in.Page),
		Event: contract.VerifiedEvent(string(in.Status)), Merchant: in.Merchant, Connection: in.Connection.ID, Channel: in.Connection.Channel,
		Orders: lo.Map(verified, func(e books.Entry, _ int) string { return e.Order.ID }), At: in.At,
	}, nil
}
