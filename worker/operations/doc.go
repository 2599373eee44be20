// Package operations is the Nexus service of the worker: what workflows in other namespaces of the same Temporal server
// may ask of us. Begin with [Service].
//
// An operation is the workflow of its merchant and key, whoever started it: a second caller with the same request waits
// for the same end, and gets the result at once where that is over. Another request under the same key fails. Nexus does
// not say who calls, so every caller can name every merchant (docs/partners.md, "Nexus").
package operations
