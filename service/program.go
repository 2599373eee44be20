package service

import (
	"context"
	"io"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/service/version"
)

// Program is a long-running program as its command line shows it: `serve`, the default, `health`, its own
// commands, and --version.
type Program struct {
	Name        string
	Description string
	// Grammar points to kong's struct of the commands.
	Grammar any
	// Words are texts that stand in its help as ${name}.
	Words kong.Vars
	// Validate names what is wrong with the settings of `serve`.
	Validate func() error
	// Serve must work until its context ends; Health asks the program on this machine whether it is alive.
	Serve, Health func(context.Context) error
	// Do runs any other command; nil where there is none.
	Do func(context.Context, *kong.Context) error
}

// Main runs the command that the arguments name and returns its exit code; errors are written to out.
func (p Program) Main(ctx context.Context, arguments []string, out io.Writer) int {
	parser, err := kong.New(p.Grammar, kong.Name(p.Name), kong.Description(p.Description), p.Words, version.Flag())
	if err != nil {
		return reportErrors(out, err, ExitBroken)
	}
	parsed, err := parseCommand(parser, arguments, p.Validate)
	if err != nil {
		return reportErrors(out, err, ExitSettings)
	}
	if err := p.do(ctx, parsed); err != nil {
		return reportErrors(out, err, ExitBroken)
	}
	return ExitOrderly
}

func (p Program) do(ctx context.Context, parsed *kong.Context) error {
	switch parsed.Command() {
	case serveCommand:
		return p.Serve(ctx)
	case healthCommand:
		return p.Health(ctx)
	}
	return p.Do(ctx, parsed)
}
