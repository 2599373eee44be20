// Package contract is what others need in order to talk to despacho through Temporal: the names of
// workflows, queries, updates, signals and task queues, workflow ids, inputs and results, outcomes,
// defaults, search attributes and types of errors.
//
// Begin with [LabelRunInput] and [RunID]: a run is the workflow [LabelRunType], started with that id
// on [TaskQueue]; its answer is a [RunResult].
//
// The package has no dependencies but the standard library and Temporal's small types, so that a
// partner's program stays small. The JSON of its types is part of the contract too.
package contract
