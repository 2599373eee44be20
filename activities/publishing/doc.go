// Package publishing holds the steps that sort a run's labels for the packer, join them into files,
// and write lists and the manifest. Begin with [Publishing.Publish]. A label that cannot be joined
// costs only its own order.
package publishing
