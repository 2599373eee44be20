package workflows

import (
	"go.temporal.io/sdk/temporal"
)

// Names of the long-lived workflows of a merchant, and what they are told.
const (
	// IntakeType is the workflow that hears of a merchant's orders.
	IntakeType = "Intake"
	// CredentialsType is the workflow that keeps a merchant's token alive.
	CredentialsType = "Credentials"
	// StatusChangeType is the workflow that takes a partner's shipment statuses to the channels.
	StatusChangeType = "StatusChange"

	// NoticesSignal on an Intake takes Notices.
	NoticesSignal = "notices"
	// TokenRefusedSignal on Credentials takes a TokenRefused.
	TokenRefusedSignal = "token-refused"
	// ConnectedSignal on Credentials says that the merchant was connected (again), or else that its account is to be looked at.
	ConnectedSignal = "connected"
	// AccountSignal on a LabelRun or StatusChange takes an AccountNews.
	AccountSignal = "account"
)

// IntakeID is the workflow id of a merchant's Intake.
func IntakeID(merchant string) string { return "intake/" + merchant }

// CredentialsID is the workflow id of a merchant's Credentials.
func CredentialsID(merchant string) string { return "credentials/" + merchant }

// StatusChangeID is the workflow id of a StatusChange.
func StatusChangeID(merchant, key string) string { return "status/" + merchant + "/" + key }

// Notices are ids of objects that the hub says have changed: "checkout/<id>",
// "delivery-order/<id>" or "pick-up-order/<id>"; at most NoticesInSignal.
type Notices struct {
	IDs []string `json:"ids"`
}

// NoticesInSignal is how many ids a signal may hold, so that it stays under 100 KB.
const NoticesInSignal = 500

// IntakeInput begins a merchant's Intake. Others start it with the merchant alone; the
// rest is what it takes along when it continues as new.
type IntakeInput struct {
	Merchant string      `json:"merchant"`
	State    IntakeState `json:"state,omitzero"`
}

// TokenRefused says that the hub answered 401 to a token of this generation.
type TokenRefused struct {
	Generation int64 `json:"generation"`
}

// AccountNews tells an open run or status change whether its merchant's account can be used.
type AccountNews struct {
	// Paused is why not; empty: it can.
	Paused string `json:"paused,omitempty"`
}

// FairShare makes a merchant's work wait only for its own: every workflow that is started for a
// merchant carries it, and its children and steps inherit it.
func FairShare(merchant string) temporal.Priority {
	return temporal.Priority{FairnessKey: shorten64(merchant)}
}

// shorten64 keeps a fairness key within the 64 bytes that Temporal takes.
func shorten64(key string) string { return key[:min(len(key), 64)] }
