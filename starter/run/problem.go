package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.temporal.io/api/serviceerror"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/starter/usage"
)

// Exit codes of the command line.
const (
	// ExitComplete: done; of a run that is over: every order is labelled or was printed earlier.
	ExitComplete = 0
	// ExitError: something went wrong that none of the others names.
	ExitError = 1
	// ExitUsage: a flag, an argument, a setting or an orders file is wrong.
	ExitUsage = 2
	// ExitIncomplete: the run is over and some orders have no label; of label files: some cannot be used;
	// of a status change or a confirmation: some orders did not come through; doctor: something fails.
	ExitIncomplete = 3
	// ExitFailed: the run failed or was cancelled.
	ExitFailed = 4
	// ExitConflict: a run with this key is there, with another request.
	ExitConflict = 5
	// ExitNotFound: there is no such run, status change, schedule or connected merchant, or its files have expired.
	ExitNotFound = 6
	// ExitInterrupted: Ctrl-C while it waited; the run itself goes on.
	ExitInterrupted = 130
)

const exitCodesHelp = `Exit codes:
  0    done; of a run that is over: every order is labelled or already_printed;
       of a status change: every order is synced or not_needed
  1    something went wrong that none of the others names
  2    a flag, an argument, a setting or an orders file is wrong
  3    the run is over and some orders have no label; of label files: some cannot be used;
       of a status change: some orders do not have the status; of a confirmation: some
       orders are not accepted; doctor: something fails
  4    the run failed or was cancelled
  5    a run with this key is there already, with another request
  6    there is no such run, status change, schedule or connected merchant, or its files
       have expired
  130  interrupted while waiting; the run itself goes on`

// Problem is an error for the person at the command line: what happened, what
// to do about it, and the exit code.
type Problem struct {
	Code    int
	Message string
	Hint    string
	Cause   error
}

func (p *Problem) Error() string { return p.Message }
func (p *Problem) Unwrap() error { return p.Cause }

func usageProblem(hint, format string, arguments ...any) *Problem {
	return &Problem{Code: ExitUsage, Message: fmt.Sprintf(format, arguments...), Hint: hint}
}

// exitCode ends the program without another word: all has been said.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

// report writes an error for people and returns its exit code.
func report(w io.Writer, err error) int {
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	problem := asProblem(err)
	fmt.Fprintf(w, "error: %s\n", terminal.PlainLines(problem.Message))
	if problem.Hint != "" {
		fmt.Fprintf(w, "hint: %s\n", terminal.PlainLines(problem.Hint))
	}
	return problem.Code
}

func asProblem(err error) *Problem {
	var problem *Problem
	if errors.As(err, &problem) {
		return problem
	}
	if problem := fromClient(err); problem != nil {
		return problem
	}
	if errors.Is(err, context.Canceled) {
		return &Problem{Code: ExitInterrupted, Message: "interrupted", Cause: err}
	}
	return fromTemporal(err)
}

// requestHints say what to do about a request, by what is wrong with it.
var requestHints = map[string]string{
	"merchant": "give --merchant ID or set DESPACHO_MERCHANT: it is the hub's id of the merchant",
	"key":      "leave --key out to have one made",
	"run":      "name a run by its key or by run/<merchant>/<key>",
	"plan":     "a plan has no labels to retry; use starter run",
	"retry":    "give --key",
	"status":   "see starter status set --help",
}

// fromClient says what an error of package client, or of what a person gave, means here; nil when it is another.
func fromClient(err error) *Problem {
	var (
		given       *usage.Error
		request     *client.RequestError
		conflict    *client.ConflictError
		setup       *client.SetupError
		unreachable *client.UnreachableError
		digest      *client.DigestError
		folder      *client.FolderError
	)
	problem := &Problem{Code: ExitUsage, Message: err.Error(), Cause: err}
	switch {
	case errors.As(err, &given):
		problem.Hint = given.Hint
	case errors.As(err, &request):
		problem.Hint = requestHints[request.Field]
	case errors.As(err, &conflict):
		problem.Code, problem.Hint = ExitConflict, "choose another --key, or leave it out to have one made"
	case errors.As(err, &setup):
		problem.Hint = setup.Remedy
	case errors.As(err, &unreachable):
		problem.Code, problem.Hint = ExitError, "is it up? check TEMPORAL_ADDRESS, TEMPORAL_TLS and the network"
	case errors.As(err, &digest):
		problem.Code, problem.Hint = ExitError, "download it again; if that does not help, do not print the file and check the object in the bucket"
	case errors.As(err, &folder):
		problem.Hint = "choose a folder that you can write to"
	case errors.Is(err, client.ErrNotFound):
		problem.Code, problem.Hint = ExitNotFound, "starter list shows the runs that Temporal keeps"
	default:
		return nil
	}
	return problem
}

// fromTemporal says what Temporal's errors mean here; the rest stays as it is.
func fromTemporal(err error) *Problem {
	var (
		noNamespace *serviceerror.NamespaceNotFound
		notFound    *serviceerror.NotFound
		denied      *serviceerror.PermissionDenied
		unavailable *serviceerror.Unavailable
		invalid     *serviceerror.InvalidArgument
	)
	problem := &Problem{Code: ExitError, Message: err.Error(), Cause: err}
	switch {
	case errors.As(err, &noNamespace):
		problem.Code, problem.Hint = ExitUsage, "set TEMPORAL_NAMESPACE, or make the namespace with: starter setup"
	case errors.As(err, &notFound):
		problem.Code, problem.Hint = ExitNotFound, "starter list shows the runs that Temporal keeps"
	case errors.As(err, &denied):
		problem.Code, problem.Hint = ExitUsage, "Temporal does not permit this: check TEMPORAL_API_KEY or the client certificate"
	case errors.As(err, &unavailable), errors.Is(err, context.DeadlineExceeded):
		problem.Hint = "is Temporal up? check TEMPORAL_ADDRESS, TEMPORAL_TLS and the network"
	case errors.As(err, &invalid) && strings.Contains(strings.ToLower(err.Error()), "search attribute"):
		problem.Code, problem.Hint = ExitUsage, "the namespace lacks despacho's search attributes; add them with: starter setup"
	}
	return problem
}
