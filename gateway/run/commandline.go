package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/service"
)

// Exit codes of the gateway.
const (
	ExitOrderly  = 0 // it ended when it was asked to; health: the gateway is alive
	ExitBroken   = 1 // it could not start or broke; health: the gateway is not alive
	ExitSettings = 2 // flags or variables are wrong
)

// commandLine is the grammar of the gateway's program.
type commandLine struct {
	Serve struct {
		Flags flags `embed:""`
	} `cmd:"" default:"withargs" help:"Hear webhooks until SIGTERM; this is the default. Temporal is found by TEMPORAL_*, S3 by AWS_*."`
	Health struct {
		Health string `env:"DESPACHO_GATEWAY_HEALTH" default:"127.0.0.1:9091" help:"Address of the gateway's /healthz."`
	} `cmd:"" help:"Ask the gateway on this machine whether it is alive, as a container's health check."`
}

// flags are Settings without their methods: kong would call Validate before
// the variables that cannot be read at all are known.
type flags Settings

// Main runs the gateway's program until ctx ends and returns its exit code.
func Main(ctx context.Context, arguments []string, out io.Writer) int {
	var line commandLine
	parser, err := kong.New(&line, kong.Name("gateway"), kong.Description("despacho's gateway: hears the hub's webhooks."))
	if err != nil {
		return complain(out, err, ExitBroken)
	}
	command, err := load(parser, &line, arguments)
	if err != nil {
		return complain(out, err, ExitSettings)
	}
	if command == "health" {
		err = service.Health(ctx, "gateway", "DESPACHO_GATEWAY_HEALTH", line.Health.Health)
	} else {
		settings := Settings(line.Serve.Flags)
		err = Run(ctx, settings, Options{Log: service.NewLogger(out, settings.LogLevel, settings.LogFormat)})
	}
	if err != nil {
		return complain(out, err, ExitBroken)
	}
	return ExitOrderly
}

// load reads flags and variables and returns the command. Every wrong setting
// is named in one error, also those that are no number or span at all.
func load(parser *kong.Kong, line *commandLine, arguments []string) (command string, err error) {
	malformed := service.DropMalformed(parser.Model.Node)
	parsed, err := parser.Parse(arguments)
	if err != nil {
		return "", errors.Join(append(malformed, err)...)
	}
	if parsed.Command() != "serve" {
		return parsed.Command(), nil
	}
	return "serve", errors.Join(append(malformed, Settings(line.Serve.Flags).Validate())...)
}

func complain(out io.Writer, err error, code int) int {
	for sentence := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(out, "error: "+sentence)
	}
	if errors.Is(err, service.ErrSearchAttributes) {
		fmt.Fprintln(out, "hint: starter setup")
	}
	return code
}
