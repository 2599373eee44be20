// Package statuses brings shipment statuses to their channels: for label runs, before or after the
// label, and for status changes that partners ask for. One engine does both.
//
// Begin with engine.decide: by what was read of an order, and what was sent of it, it says whether
// the status is to be sent, waited for, or has ended. judge tells how far the status has come, and
// sendStatus sends it. Around the engine stand two families of steps, which page their orders in and write out
// what became of them: Statuses for label runs (SendStatuses, AwaitStatuses, on books.Page), and
// StatusChanges (OpenStatusChange, AdvanceStatuses, GiveUpStatuses, CloseStatusChange, on
// statusbook.Page).
//
// What it promises of both: No status is sent that the order has passed, or that a rule of
// channels forbids. A status whose answer was lost is not sent again, where the hub shows that it
// arrived. A status is sent again only after its window, and so often at most as the settings say.
// "On the channel" is said only where a link proves it.
package statuses
