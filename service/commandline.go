package service

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// Exit codes of long-running programs.
const (
	ExitOrderly  = 0 // it ended when it was asked to; health: it is alive
	ExitBroken   = 1 // it could not start or broke; health: it is not alive
	ExitSettings = 2 // flags or variables are wrong
)

// serveCommand is the command that needs all settings.
const serveCommand = "serve"

// load reads flags and variables and returns the command. Every wrong setting is named in one
// error, also those that are no number or span at all; validate names those of `serve`.
func load(parser *kong.Kong, arguments []string, validate func() error) (command string, err error) {
	malformed := dropMalformed(parser.Model.Node)
	parsed, err := parser.Parse(arguments)
	if err != nil {
		return "", errors.Join(append(malformed, err)...)
	}
	if parsed.Command() != serveCommand {
		return parsed.Command(), nil
	}
	return serveCommand, errors.Join(append(malformed, validate())...)
}

// complain writes what is wrong, a sentence a line, and returns the exit code.
func complain(out io.Writer, err error, code int) int {
	for sentence := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(out, "error: "+sentence)
	}
	if errors.Is(err, ErrSearchAttributes) {
		fmt.Fprintln(out, "hint: starter setup")
	}
	return code
}
