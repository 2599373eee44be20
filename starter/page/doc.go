// Package page writes index.html, the page for packers beside a run's files: which files to print, in which
// order the labels are, what is missing and why. It is in Spanish, with summaries in Portuguese and English.
package page
