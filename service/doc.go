// Package service is what despacho's long-running programs, worker and gateway, have in common:
// settings whose mistakes are reported all at once, waiting for Temporal and S3 at the start, the
// endpoints /healthz, /readyz and /metrics, and how the workflows are started that stay open while
// a merchant is connected. It knows nothing about orders.
//
// Begin with [Program], which runs a program's command line, and [Connect], which opens its servers.
package service
