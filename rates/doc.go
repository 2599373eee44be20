// Package rates divides what the hub grants a merchant among the workers that call for it, by leases
// in the label store: workers come and go, and the sum of what they may send never passes the whole.
//
// Begin with [New], which makes the [Keeper] of one worker; [Keeper.Merchant] is a merchant's share,
// for the hub's client. [Keeper.Run] renews what the worker holds, [Keeper.Close] gives it back.
//
// It promises that shares are only taken from what nobody holds, that a share is used only while its
// lease runs by the holder's own clock, counted from before it was written, and that it is taken over
// only by who has watched the lease unchanged for longer than that, or has proof that its worker has
// ended. No two machines' clocks are compared. All of a worker's leases are renewed by one write, however many merchants it calls for.
package rates
