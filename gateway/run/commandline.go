package run

import (
	"context"
	"io"

	"github.com/despacho/despacho/service"
)

// Exit codes of the gateway.
const (
	ExitOrderly  = service.ExitOrderly
	ExitBroken   = service.ExitBroken
	ExitSettings = service.ExitSettings
)

// commandLine is the grammar of the gateway's program.
type commandLine struct {
	Serve struct {
		Flags flags `embed:""`
	} `cmd:"" default:"withargs" help:"Receive webhooks until SIGTERM; this is the default. TEMPORAL_* say where Temporal is, AWS_* where S3 is."`
	Health struct {
		Health string `env:"DESPACHO_GATEWAY_HEALTH" default:"127.0.0.1:9091" help:"Address of the gateway's /healthz."`
	} `cmd:"" help:"Ask the gateway on this machine whether it is alive, as a container's health check."`
}

// flags are Settings without their methods: otherwise kong would call Validate before the
// variables that cannot be read are known.
type flags Settings

// Main runs the gateway's program until ctx ends and returns its exit code.
func Main(ctx context.Context, arguments []string, out io.Writer) int {
	var line commandLine
	settings := func() Settings { return Settings(line.Serve.Flags) }
	return service.Program{
		Name: "gateway", Description: "despacho's gateway: receives the hub's webhooks.", Grammar: &line,
		Validate: func() error { return settings().Validate() },
		Serve: func(ctx context.Context) error {
			return Run(ctx, settings(), Options{Log: service.NewLogger(out, line.Serve.Flags.LogLevel, line.Serve.Flags.LogFormat)})
		},
		Health: func(ctx context.Context) error {
			return service.Health(ctx, "gateway", "DESPACHO_GATEWAY_HEALTH", line.Health.Health)
		},
	}.Main(ctx, arguments, out)
}
