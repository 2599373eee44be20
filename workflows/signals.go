package workflows

// MadeSignal tells an Intake that a run that only makes labels has ended; its argument is the run's
// key.
const MadeSignal = "made"
