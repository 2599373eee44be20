package run

import "github.com/despacho/despacho/multivende"

// Secret is a text that is never printed.
type Secret = multivende.Secret
