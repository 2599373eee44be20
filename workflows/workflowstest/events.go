package workflowstest

// Numbers of history events, counting as if each thing that happens woke the workflow by itself. A
// workflow task is three events.
const (
	EventsOfATask           = 3
	EventsOfAStep           = 3 + EventsOfATask
	EventsOfATimer          = 2 + EventsOfATask
	EventsOfACancelledTimer = 2
	EventsOfAReport         = 2 + EventsOfATask
	EventsOfASignal         = 1 + EventsOfATask
	EventsOfABatch          = 3 + 2*EventsOfATask + EventsOfASignal

	EventsAtMost = 10_000
)
