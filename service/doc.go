// Package service is what despacho's long-running programs, worker and gateway, are alike in:
// settings that complain all at once, patience while Temporal and S3 come up, the endpoints
// /healthz, /readyz and /metrics, and how the workflows of a merchant are begun that stay for as
// long as it is connected. It knows nothing of orders.
package service
