// Package books keeps the books of a run: which orders it took up, how each
// ended, and in which order their labels are printed. It is pure: no hub, no
// S3, no Temporal. Start with Page, what a step leaves behind about its
// orders, and Balance, which settles the pages of a run.
package books
