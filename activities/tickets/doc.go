// Package tickets holds the steps that ask the hub for labels, up to 50 orders of one connection at a
// time, and collect what its task makes. Begin with [Tickets.AskLabels] and [Documents.CollectLabels].
// A label is asked for once, even when an answer is lost.
package tickets
