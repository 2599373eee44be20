// Package labelrun gets the labels of a merchant's orders and publishes them as files to print, with a
// manifest. Begin with [LabelRun]; a [ConnectionRun] works on one marketplace connection, a
// [LabelBatch] asks for up to 50 labels. Every order that a run takes up ends with exactly one
// outcome.
package labelrun
