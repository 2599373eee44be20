// Package hooks holds the step that delivers what waits for a partner's webhook. Begin with [Deliveries.Deliver]. A
// webhook gets the messages about an order in the order in which they were put, each until it has taken it or all
// tries are over.
package hooks
