// Package printing holds the workflow Printer: the queue of one printer of a site, which is printed step
// after step. Begin with [Printer].
package printing
