// Package workercomponent would register the workflows that start workers; here there are none: see
// stubs/README.md.
package workercomponent

import "go.uber.org/fx"

// Module adds nothing to the server.
var Module = fx.Options()
