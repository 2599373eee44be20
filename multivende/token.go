package multivende

import (
	"context"
	"log/slog"
)

// TokenSource gives the bearer token for a call. Its errors reach the caller as they are.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// RefusableToken is a source that can do something about a token that the hub refuses.
type RefusableToken interface {
	TokenSource
	// Refused is told of a token that was answered 401. It returns nil once there is another one, and
	// the call is made once more; its error, else, is the call's.
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
