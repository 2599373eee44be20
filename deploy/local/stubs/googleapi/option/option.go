// Package option has what Temporal's server names of the options of Google's clients: see
// stubs/README.md.
package option

import "golang.org/x/oauth2"

// ClientOption is taken by clients that are never made.
type ClientOption any

// WithTokenSource returns an option that nobody reads.
func WithTokenSource(oauth2.TokenSource) ClientOption { return nil }
