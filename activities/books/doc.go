// Package books keeps the books of a run: which orders it took up, how each ended, and in which order
// their labels are printed. Begin with [Page], which a step leaves about its orders, and [SettlePages],
// which turns the pages of a connection into one entry per order.
//
// It is pure: no hub, no store, no Temporal.
package books
