// Package run is what the gateway is made of: it hears the hub's webhooks, holds them against
// the list of those who may send, gathers a merchant's notices for a moment, and says 200 only
// when Temporal has them in one signal to the merchant's Intake.
//
// Start with [Run]; [Main] is the whole program around it. Nothing here is global: several
// gateways can run in one process.
package run
