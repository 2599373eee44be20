// Package client talks to a running despacho through Temporal and the label store: it starts runs,
// follows, shows, lists, retries and cancels them, and fetches their files; it sets statuses, keeps
// schedules, and starts and ends the long-lived workflows of a merchant.
//
// Begin with [Dial], [TemporalRuns] and [Start]; [Follow] waits for the end and [Download] fetches
// the files. A run is named by its workflow id (contract.RunID). [Runs], [Store] and the like are
// interfaces so that tests can do without servers: package clienttest implements them in memory.
//
// What the package promises: it prints nothing, its answers and errors are types, and it links no code
// that opens label files.
package client
