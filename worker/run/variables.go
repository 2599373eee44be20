package run

import "github.com/despacho/despacho/service"

// DefaultSettings are the defaults of all settings, whatever the environment
// says; Merchant and a token are still to be filled in.
func DefaultSettings() Settings { return Settings(service.Defaults[flags]()) }

// Variables lists the DESPACHO_* variables that Settings reads, in their order.
func Variables() []string { return service.Variables[Settings]() }

// family are the worker's variables; those of the gateway may stand beside them.
var family = service.Family{
	Program: "worker", Known: Variables(), Ours: []string{"DESPACHO_"}, Others: []string{"DESPACHO_GATEWAY_", "DESPACHO_WEBHOOK_"},
}
