// Package run is the station of a site: it serves the packers' page, holds the printers of the site, and
// works on the site's task queue. It opens connections to Temporal, the label store and the printers;
// nothing but the page and its health listens.
//
// Begin with [Run]; [Main] is the whole program around it. Nothing here is global: several stations can
// run in one process.
package run
