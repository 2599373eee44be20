// Package intake learns of a merchant's orders, by notifications and by polling, and has labels made
// ahead. Begin with [Intake]: one runs per connected merchant. [lanes] says which steps
// it does side by side.
package intake
