// Package hooks keeps partners' webhooks and what they are told: who wants to hear of what, where, and under which
// secret; the messages that wait, and how their delivery went.
//
// Begin with [Book], which adds, changes and removes webhooks in the label store, and with [Outbox], by which a step
// tells what has happened. A message is an object that waits until its webhook has taken it; package activities/hooks
// delivers them.
//
// It promises that secrets are stored only sealed, with a key that whoever seals cannot open, and that nothing is
// written where nobody listens.
package hooks
