package service

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/service/secretfile"
)

// Exit codes of long-running programs.
const (
	ExitOrderly  = 0 // it ended when asked to; health: it is alive
	ExitBroken   = 1 // it could not start, or broke; health: it is not alive
	ExitSettings = 2 // flags or variables are wrong
)

// serveCommand is the command that needs all settings, healthCommand the other that every program has.
const (
	serveCommand  = "serve"
	healthCommand = "health"
)

// serverSecrets are those that the libraries of Temporal and S3 would read from the environment alone.
var serverSecrets = []string{secretfile.AWSKeyID, secretfile.AWSSecret, secretfile.AWSSession, secretfile.TemporalKey}

// parseCommand reads flags and variables and returns the command. One error names every wrong setting,
// those that cannot be read as their type as well as those that validate finds, for `serve`.
func parseCommand(parser *kong.Kong, arguments []string, validate func() error) (parsed *kong.Context, err error) {
	malformed := dropMalformed(parser.Model.Node)
	parsed, err = parser.Parse(arguments)
	if err != nil {
		return nil, errors.Join(append(malformed, err)...)
	}
	if err := secretfile.RefuseArguments(parsed); err != nil {
		return nil, errors.Join(append(malformed, err)...)
	}
	if parsed.Command() != serveCommand {
		return parsed, nil
	}
	malformed = append(malformed, secretfile.Check(serverSecrets...)...)
	return parsed, errors.Join(append(malformed, validate())...)
}

// reportErrors writes what is wrong, one sentence per line, and returns the exit code.
func reportErrors(out io.Writer, err error, code int) int {
	for sentence := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintln(out, "error: "+sentence)
	}
	if errors.Is(err, ErrSearchAttributes) {
		fmt.Fprintln(out, "hint: starter setup")
	}
	return code
}
