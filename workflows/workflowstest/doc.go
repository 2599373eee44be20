// Package workflowstest lets tests run workflows without a server: time skips, and activities are
// mocks. Begin with [NewScene] and [MockActivity]; for tests only.
package workflowstest
