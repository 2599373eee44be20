// Package iterator has what Temporal's server names of Google's lists: see stubs/README.md.
package iterator

import "errors"

// Done would end a list; nothing is listed.
var Done = errors.New("no more items")
