package contract

import "go.temporal.io/sdk/temporal"

// Urgent is the priority of steps that others wait for: they are in no share.
const Urgent = 1

// FairShare makes a merchant's work wait only for its own: every workflow that is started for a
// merchant carries it, and its children and steps inherit it.
func FairShare(merchant string) temporal.Priority {
	return temporal.Priority{FairnessKey: shorten64(merchant)}
}

// shorten64 keeps a fairness key within the 64 bytes that Temporal takes.
func shorten64(key string) string { return key[:min(len(key), 64)] }

// CredentialsPriority lets a merchant's token come before its work, which waits for it.
func CredentialsPriority(merchant string) temporal.Priority {
	priority := FairShare(merchant)
	priority.PriorityKey = Urgent
	return priority
}
