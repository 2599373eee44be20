package contract

// Notifications are ids of objects that the hub says have changed: "checkout/<id>",
// "delivery-order/<id>" or "pick-up-order/<id>"; at most NotificationsInSignal.
type Notifications struct {
	IDs []string `json:"ids"`
	// Repeats is how many of IDs, at their end, name objects that were told of before.
	Repeats int `json:"repeats,omitempty"`
}

// NotificationsInSignal is how many ids a signal may hold, so that it stays under 100 KB.
const NotificationsInSignal = 500

// TokenRefused says that the hub answered 401 to a token of this generation.
type TokenRefused struct {
	Generation int64 `json:"generation"`
}

// AccountNews tells an open run or status change whether its merchant's account can be used.
type AccountNews struct {
	// Paused is why not; empty: it can.
	Paused string `json:"paused,omitempty"`
}

// CredentialsInput begins a merchant's Credentials. Others start it with the merchant alone.
type CredentialsInput struct {
	Merchant string           `json:"merchant"`
	State    CredentialsState `json:"state,omitzero"`
}

// CredentialsState is what Credentials takes along when it continues as new.
type CredentialsState struct {
	// Refused is a generation whose refusal was heard of and not looked at.
	Refused int64 `json:"refused,omitempty"`
	// Paused: open runs were told that they cannot go on.
	Paused bool `json:"paused,omitempty"`
}
