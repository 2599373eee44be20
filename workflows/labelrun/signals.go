package labelrun

// Names of the signals between a run, its connections and their batches.
const (
	reportSignal    = "connection-report"
	publishedSignal = "published"
	retrySignal     = "retry-orders"
	stopSignal      = "stop"
	askedSignal     = "asked"
)
