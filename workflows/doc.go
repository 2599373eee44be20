// Package workflows holds what the workflows share: activity options by kind of step ([HubStep] and
// its like in policies.go), waits, texts for Temporal's UI and the interceptor [Consent]. Each
// workflow has a package of its own below this one; begin with labelrun.LabelRun.
//
// Workflow code must not do I/O: the steps in activities do. Histories of released versions must
// replay (registry/replay_test.go).
package workflows
