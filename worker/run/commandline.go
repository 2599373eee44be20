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

// Exit codes of the worker.
const (
	ExitOrderly  = 0 // it ended when it was asked to; health: the worker is alive
	ExitBroken   = 1 // it could not start or broke; health: the worker is not alive
	ExitSettings = 2 // flags or variables are wrong
)

// commandLine is the grammar of the worker's program.
type commandLine struct {
	Serve struct {
		Flags flags `embed:""`
	} `cmd:"" default:"withargs" help:"Take work until SIGTERM; this is the default. Temporal is found by TEMPORAL_*, S3 by AWS_*."`
	Health struct {
		Listen string `env:"DESPACHO_LISTEN" default:"127.0.0.1:9090" help:"Address of the worker's /healthz."`
	} `cmd:"" help:"Ask the worker on this machine whether it is alive, as a container's health check."`
}

// flags are Settings without their methods: kong would call Validate before
// the variables that cannot be read at all are known.
type flags Settings

// Main runs the worker's program until ctx ends and returns its exit code.
func Main(ctx context.Context, arguments []string, out io.Writer) int {
	var line commandLine
	parser, err := kong.New(&line, kong.Name("worker"), kong.Description("despacho's worker: does the steps of label runs."))
	if err != nil {
		return complain(out, err, ExitBroken)
	}
	command, err := load(parser, &line, arguments)
	if err != nil {
		return complain(out, err, ExitSettings)
	}
	if command == "health" {
		err = service.Health(ctx, "worker", "DESPACHO_LISTEN", line.Health.Listen)
	} else {
		settings := Settings(line.Serve.Flags)
		err = Run(ctx, settings, Options{Log: NewLogger(out, settings)})
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
	if errors.Is(err, ErrSearchAttributes) {
		fmt.Fprintln(out, "hint: starter setup")
	}
	return code
}
