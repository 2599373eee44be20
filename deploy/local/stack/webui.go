//go:build !without_temporal

package stack

import (
	"github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"
)

// startWebUI serves Temporal's web UI from the pages inside the program and returns how to end it.
func startWebUI(temporalAddress, namespace string, port int) (stop func()) {
	ui := server.NewServer(server_options.WithConfigProvider(&config.Config{
		TemporalGRPCAddress: temporalAddress,
		Host:                host,
		Port:                port,
		EnableUI:            true,
		DefaultNamespace:    namespace,
		DisableNewsFetch:    true,
		HideLogs:            true,
		// Served over plain HTTP on the loopback.
		CORS: config.CORS{CookieInsecure: true},
	}))
	go func() { _ = ui.Start() }()
	return ui.Stop
}
