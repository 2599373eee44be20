package run

import "github.com/despacho/despacho/service"

// DefaultSettings are the defaults of all settings, whatever the environment
// says; Merchant and a token are still to be filled in.
func DefaultSettings() Settings { return Settings(service.Defaults[flags]()) }

// Variables lists the variables that Settings reads, in their order.
func Variables() []string { return service.Variables[Settings]() }

// formerWorkers was a setting of builds before the first release, by which the hub's rate was divided.
const formerWorkers = "DESPACHO_WORKERS"

// variableFamily are the worker's variables; those of gateway and station may stand beside them.
var variableFamily = service.EnvironmentFamily{
	Program: "worker", Known: Variables(), Ours: []string{"DESPACHO_"}, Others: []string{"DESPACHO_GATEWAY_", "DESPACHO_WEBHOOK_", "DESPACHO_STATION_", formerWorkers},
}
