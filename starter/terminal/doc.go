// Package terminal shows runs on a terminal: progress while a run is open, and a table when it has ended.
//
// Begin with [WriteTable]. Text from outside must go through [Plain] before it is printed.
package terminal
