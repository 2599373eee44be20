// Package service is what despacho's long-running programs, worker and gateway, are alike in:
// settings that complain all at once, patience while Temporal and S3 come up, and the endpoints
// /healthz, /readyz and /metrics. It knows nothing of orders.
package service
