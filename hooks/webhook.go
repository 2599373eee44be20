package hooks

import (
	"slices"
	"time"

	"github.com/despacho/despacho/contract"
)

const (
	// MostWebhooks is how many webhooks a merchant has at most, of all its partners.
	MostWebhooks = 20
	// LongestURL is how many characters an address has at most.
	LongestURL = 1000
	// Overlap is how long the former secret signs as well after a rotation.
	Overlap = 24 * time.Hour
)

// Webhook is a webhook as it is stored. Times are ours.
type Webhook struct {
	ID string `json:"id"`
	// Partner is the id of the key that made it; it ends with the key.
	Partner     string                  `json:"partner"`
	URL         string                  `json:"url"`
	Description string                  `json:"description,omitempty"`
	Events      []contract.WebhookEvent `json:"events"`
	Created     time.Time               `json:"created"`
	// Off says since when nothing is sent to it, and why.
	Off *Off `json:"off,omitempty"`
	// Secrets sign what is sent, the newest first.
	Secrets []Secret `json:"secrets"`
}

// Secret is a sealed secret; Until is zero for as long as the webhook's.
type Secret struct {
	Sealed  []byte    `json:"sealed"`
	Created time.Time `json:"created"`
	Until   time.Time `json:"until,omitzero"`
}

// Why is why a webhook is off.
type Why string

// The reasons.
const (
	// ByPartner: the partner has turned it off.
	ByPartner Why = "by_partner"
	// Gone: it answered 410.
	Gone Why = "gone"
	// Unreachable: it took nothing for as long as a message is tried.
	Unreachable Why = "unreachable"
	// KeyEnded: the partner's key is revoked, has expired, or is no longer for the merchant or for webhooks.
	KeyEnded Why = "key_ended"
)

// Whys lists all reasons.
func Whys() []Why { return []Why{ByPartner, Gone, Unreachable, KeyEnded} }

// Off says since when a webhook is off, and why.
type Off struct {
	Since time.Time `json:"since"`
	Why   Why       `json:"why"`
}

// Wants says whether a webhook is told of an event.
func (w Webhook) Wants(event contract.WebhookEvent) bool {
	return w.Off == nil && slices.Contains(w.Events, event)
}

// signing are the secrets that sign at a time.
func (w Webhook) signing(now time.Time) (all []Secret) {
	for _, secret := range w.Secrets {
		if secret.Until.IsZero() || now.Before(secret.Until) {
			all = append(all, secret)
		}
	}
	return all
}

// list is how the webhooks of a merchant are stored.
type list struct {
	Webhooks []Webhook `json:"webhooks"`
}

func (l *list) find(id string) *Webhook {
	for i := range l.Webhooks {
		if l.Webhooks[i].ID == id {
			return &l.Webhooks[i]
		}
	}
	return nil
}
