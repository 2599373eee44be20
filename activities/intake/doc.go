// Package intake holds the steps that record where a merchant's orders stand between runs. Begin with
// [Intake.TakeUpNotifications].
package intake
