package activities

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/storage"
)

const (
	// SignatureHeader of a webhook out is "t=<unix seconds>,v1=<hex>": the HMAC-SHA256, under the
	// shared secret, of "<t>.<body>".
	SignatureHeader = "Despacho-Signature"
	// IdempotencyHeader of a webhook out is the same for the same news, however often it is told.
	IdempotencyHeader = "Idempotency-Key"
	webhookTimeout    = 10 * time.Second
)

// VerifiedEvent is the event that a status is on its channel: ready_to_ship_verified.
func VerifiedEvent(status channels.Status) string { return string(status) + "_verified" }

// Webhook is an address that is told of events. Its secret signs what is sent.
type Webhook struct {
	URL    string
	Secret string `json:"-"`
	// Client makes the calls; nil means one that follows no redirect.
	Client *http.Client `json:"-"`
}

// Check says what is wrong with the webhook; nil for none at all.
func (w Webhook) Check() error {
	parsed, err := url.Parse(w.URL)
	switch {
	case w.URL == "" && w.Secret == "":
		return nil
	case w.URL == "":
		return errors.New("there is a secret and no address")
	case err != nil || parsed.Host == "" || parsed.User != nil:
		return errors.New("the address is not one of https, without user and password")
	case parsed.Scheme != "https" && !(parsed.Scheme == "http" && loopback(parsed.Hostname())):
		return errors.New("the address must be https; http is for loopback only")
	case len(w.Secret) < 16:
		return errors.New("the secret must have at least 16 characters")
	}
	return nil
}

func loopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}

// Announcement is news of some orders of a connection; its JSON, less the id, is a webhook's body.
type Announcement struct {
	// ID is the same for the same news.
	ID         string    `json:"id"`
	Event      string    `json:"event"`
	Merchant   string    `json:"merchant"`
	Connection string    `json:"connection"`
	Channel    string    `json:"channel"`
	Orders     []string  `json:"delivery_order_ids"`
	At         time.Time `json:"at"`
}

// Announcements are the steps that tell others of events.
type Announcements struct {
	Webhook Webhook
	Store   *storage.Store
}

// Announce tells the webhook, if there is one. It is tried again until it answers with 2xx; other
// answers than 408, 425, 429 and 5xx are final.
func (a *Announcements) Announce(ctx context.Context, in Announcement) error {
	return translate(a.announce(ctx, in))
}

func (a *Announcements) announce(ctx context.Context, in Announcement) error {
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
		return final(ErrorRequest, "the webhook's address is not valid; look at DESPACHO_WEBHOOK_OUT")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(IdempotencyHeader, in.ID)
	request.Header.Set(SignatureHeader, Signature(a.Webhook.Secret, time.Now(), body))
	response, err := a.Webhook.client().Do(request)
	if err != nil {
		return temporal.NewApplicationError("the webhook cannot be reached: "+withoutAddress(err), ErrorTrouble)
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
		return temporal.NewApplicationError(fmt.Sprintf("the webhook answered %d", status), ErrorTrouble)
	}
	return final(ErrorRefused, fmt.Sprintf("the webhook answered %d; it is not told again", status))
}

// Signature is what SignatureHeader holds for a body that is sent at a moment.
func Signature(secret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte(stamp + "."))
	sum.Write(body)
	return "t=" + stamp + ",v1=" + hex.EncodeToString(sum.Sum(nil))
}

// client follows no redirect: what is signed is for one address alone.
func (w Webhook) client() *http.Client {
	if w.Client != nil {
		return w.Client
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// withoutAddress is what went wrong, without the address, in which a secret may stand.
func withoutAddress(err error) string {
	var in *url.Error
	if errors.As(err, &in) {
		err = in.Err
	}
	var network *net.OpError
	if errors.As(err, &network) {
		err = network.Err
	}
	return books.Reason(err.Error())
}

// AnnouncedPageInput names a page of statuses that a run has brought to their channel.
type AnnouncedPageInput struct {
	Scope
	Page   string          `json:"page"`
	Status channels.Status `json:"status"`
	At     time.Time       `json:"at"`
}

// AnnouncedPage are the orders of a page whose status is on its channel, as an announcement.
func (a *Announcements) AnnouncedPage(ctx context.Context, in AnnouncedPageInput) (Announcement, error) {
	page, err := in.page(ctx, a.Store, in.Page)
	if err != nil {
		return Announcement{}, translate(err)
	}
	verified := lo.Filter(page.Ended, func(e books.Entry, _ int) bool { return e.Status == books.StatusSynced })
	return Announcement{
		ID:    fmt.Sprintf("run-%s-%s-%d-%s", in.Run, in.Connection.ID, in.Generation, in.Page),
		Event: VerifiedEvent(in.Status), Merchant: in.Merchant, Connection: in.Connection.ID, Channel: in.Connection.Channel,
		Orders: lo.Map(verified, func(e books.Entry, _ int) string { return e.Order.ID }), At: in.At,
	}, nil
}
