// Package run is what the command line is made of: it starts runs, follows
// them, shows how their orders ended and fetches their files.
//
// Start with [Program.Main], which is the whole command line, or, to use its
// parts in another program, with [Prepare], [Start], [Follow] and [WriteTable].
// Nothing here is global: several can run in one process.
package run
