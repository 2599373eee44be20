package multivende

import (
	"context"
	"log/slog"
)

// TokenSource gives the bearer token for a call. It must be safe for concurrent use; its errors
// reach the caller unchanged.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// RefusableToken is a token source that can replace a token that the hub refuses.
type RefusableToken interface {
	TokenSource
	// Refused is called with a token that was answered 401. It must return nil when there is another
	// token, and the call is made once more; otherwise its error becomes the call's.
	Refused(ctx context.Context, token string) error
}

// StaticToken is a token that does not change. It prints as stars.
type StaticToken string

const stars = "***"

// Token is the token itself.
func (t StaticToken) Token(context.Context) (string, error) { return string(t), nil }

// String hides the token.
func (t StaticToken) String() string { return stars }

// GoString hides the token from %#v.
func (t StaticToken) GoString() string { return stars }

// LogValue hides the token from logs.
func (t StaticToken) LogValue() slog.Value { return slog.StringValue(stars) }

// MarshalText hides the token from JSON.
func (t StaticToken) MarshalText() ([]byte, error) { return []byte(stars), nil }
