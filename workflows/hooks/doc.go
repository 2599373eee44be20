// Package hooks delivers to partners' webhooks. Begin with [Webhook], a workflow for each webhook: it is there while
// something waits for the webhook, and its timers outlast any worker.
package hooks
