package intake

// versionLanes is the change after which an Intake does several steps at a time. An execution that
// began without it does one at a time ([intake.workAlone]) until it continues as new.
const versionLanes = "lanes"
