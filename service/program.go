package service

import (
	"context"
	"io"

	"github.com/alecthomas/kong"
)

// Program is a long-running program as its command line shows it: `serve`, the default, and `health`.
type Program struct {
	Name        string
	Description string
	// Grammar points to kong's struct of the two commands.
	Grammar any
	// Validate names what is wrong with the settings of `serve`.
	Validate func() error
	// Serve works until its context ends; Health asks the program on this machine whether it is alive.
	Serve, Health func(context.Context) error
}

// Main runs the program by its arguments and returns its exit code; out takes what is wrong.
func (p Program) Main(ctx context.Context, arguments []string, out io.Writer) int {
	parser, err := kong.New(p.Grammar, kong.Name(p.Name), kong.Description(p.Description))
	if err != nil {
		return complain(out, err, ExitBroken)
	}
	command, err := load(parser, arguments, p.Validate)
	if err != nil {
		return complain(out, err, ExitSettings)
	}
	do := p.Health
	if command == serveCommand {
		do = p.Serve
	}
	if err := do(ctx); err != nil {
		return complain(out, err, ExitBroken)
	}
	return ExitOrderly
}
