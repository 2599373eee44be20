// Package printing holds the steps of a printer's queue. Begin with [Printing.PrintLabels], which prints up
// to 50 labels of a job.
//
// A label is claimed in its record before it is sent (package book), so that whatever dies, nothing is sent
// twice: what was claimed and has no end is in doubt, and a person says what became of it. Trouble at the
// printer is waited for within the step; only a person, or the end of the process, cuts it short.
package printing
