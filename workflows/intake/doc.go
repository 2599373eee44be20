// Package intake learns of a merchant's orders, by notifications and by polling, and has labels made
// ahead. Begin with [Intake]: one runs per connected merchant, and it does one step at a time.
package intake
