// Package run is the worker: its settings, its connections to Temporal, the hub
// and the label store, the two task queues that it serves, its endpoints for
// health and metrics, and its orderly end.
//
// Begin with [Run]; [Main] is the whole program around it. Nothing here is
// global: several workers can run in one process.
package run
