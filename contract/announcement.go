package contract

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

const (
	// SignatureHeader of a webhook out is "t=<unix seconds>,v1=<hex>": the HMAC-SHA256, under the
	// shared secret, of "<t>.<body>".
	SignatureHeader = "Despacho-Signature"
)

const (
	// IdempotencyHeader of a webhook out is the same for the same news, however often it is told.
	IdempotencyHeader = "Idempotency-Key"
)

// VerifiedEvent is the event that a status is on its channel: ready_to_ship_verified.
func VerifiedEvent(status string) string { return status + "_verified" }

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

// Signature is what SignatureHeader holds for a body that is sent at a moment.
func Signature(secret string, at time.Time, body []byte) string {
	stamp := strconv.FormatInt(at.Unix(), 10)
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte(stamp + "."))
	sum.Write(body)
	return "t=" + stamp + ",v1=" + hex.EncodeToString(sum.Sum(nil))
}
