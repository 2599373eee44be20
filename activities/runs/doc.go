// Package runs holds the steps that open and close a run: its request under its key, its result, and
// which run holds a connection. Begin with [Runs.OpenRun].
package runs
