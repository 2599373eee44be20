// Package run is the gateway: it receives the hub's webhooks, checks that their sender is allowed,
// gathers the notifications of a merchant for a moment, and hands them to the merchant's Intake in
// one signal. It answers 200 only when Temporal has taken the signal. Partners' requests under /v1 go to package door.
//
// Begin with [Run]; [Main] is the whole program around it. Nothing here is global: several
// gateways can run in one process.
package run
