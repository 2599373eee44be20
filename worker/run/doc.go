// Package run is what the worker is made of: its settings, its connections to
// Temporal, the hub and the label store, the two task queues that it serves,
// its health and metrics endpoints, and the way it ends.
//
// Start with [Run]; [Main] is the whole program around it. Nothing here is
// global: several workers can run in one process.
package run
