package run

import (
	"slices"
	"strings"

	"github.com/despacho/despacho/service"
)

// DefaultSettings are the defaults of all settings, whatever the environment
// says; Merchant and a token are still to be filled in.
func DefaultSettings() Settings { return Settings(service.Defaults[flags]()) }

// Variables lists the DESPACHO_* variables that Settings reads, in their order.
func Variables() []string { return service.Variables[Settings]() }

// gatewaysOwn begin the variables of the gateway, which may run beside the worker.
var gatewaysOwn = []string{"DESPACHO_GATEWAY_", "DESPACHO_WEBHOOK_"}

// unknownVariables lists the DESPACHO_* variables of an environment that no
// setting reads: most likely misspelt.
func unknownVariables(environment []string) []string {
	known := Variables()
	var unknown []string
	for _, entry := range environment {
		name, _, _ := strings.Cut(entry, "=")
		elsewhere := slices.ContainsFunc(gatewaysOwn, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
		if strings.HasPrefix(name, "DESPACHO_") && !elsewhere && !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
