// Command local is a first look at despacho: Temporal with its web UI, S3, a sandbox hub and a
// worker in one process, and one label run through all of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/stack"
)

// Exit codes of the program; --help explains them.
const (
	exitFine   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, arguments []string, out, errors io.Writer) int {
	given, err := parse(arguments)
	if err != nil {
		fmt.Fprintf(errors, "error: %v\nhint: --help lists every flag\n", err)
		return exitUsage
	}
	if err := look(ctx, given, out); err != nil {
		fmt.Fprintf(errors, "error: %v\n", err)
		return exitFailed
	}
	return exitFine
}

// look starts everything, shows where it is, and stays until ctx ends, or until the run is over
// when only that is asked for.
func look(ctx context.Context, given *flags, out io.Writer) error {
	if err := given.placeFiles(); err != nil {
		return err
	}
	fmt.Fprintf(out, "Starting %s …\n", given.whatStarts())
	running, err := stack.Start(ctx, given.stackOptions())
	if err != nil {
		return orInterrupted(ctx, err)
	}
	defer running.Stop()
	from, err := openHub(given, running)
	if err != nil {
		return fmt.Errorf("open the hub: %w", err)
	}
	defer from.close()
	bench, err := startWorkbench(ctx, given, running, from, out)
	if err != nil {
		return orInterrupted(ctx, err)
	}
	defer bench.close()
	bench.showPlaces(given, out)
	if given.NoRun {
		if err := bench.beginIntake(ctx); err != nil {
			return orInterrupted(ctx, err)
		}
		if err := bench.showTable(ctx, out); err != nil {
			return orInterrupted(ctx, err)
		}
		fmt.Fprintf(out, "\nNo run is started. %s\n%s\n", secondTerminal(given.Env), howToEnd)
		<-ctx.Done()
		return nil
	}
	return bench.oneRun(ctx, given, out)
}

// oneRun sees one run to its end and shows what came of it.
func (w *workbench) oneRun(ctx context.Context, given *flags, out io.Writer) error {
	id, err := w.runToSee(ctx, given, out)
	if err != nil {
		return orInterrupted(ctx, err)
	}
	result, err := w.follow(ctx, id, out)
	if given.JSON != "" {
		err = errors.Join(err, writeResult(given.JSON, result))
	}
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(out, "\nThe run %s stays open. To go on with it, start again with --data %s\n", result.Run, w.running.Dir)
		if given.Once {
			return errors.Join(fmt.Errorf("ended before run %s was over", result.Run), err)
		}
		return err
	case err != nil:
		return err
	}
	if err := w.showEnd(ctx, given, id, result, out); err != nil {
		return err
	}
	if err := w.goOn(ctx, given, result, out); err != nil {
		return orInterrupted(ctx, err)
	}
	if given.Once {
		return verdict(result)
	}
	if err := w.showTable(ctx, out); err != nil {
		return orInterrupted(ctx, err)
	}
	fmt.Fprintln(out, "\n"+howToEnd)
	<-ctx.Done()
	return nil
}

// verdict is an error unless the run completed and its books balance.
func verdict(result contract.RunResult) error {
	switch {
	case result.State != contract.RunCompleted:
		return fmt.Errorf("run %s is %s: %s", result.Run, result.State, result.Reason.Words)
	case !result.Balanced():
		return fmt.Errorf("the books of run %s do not balance: %d requested, %d with an outcome", result.Run, result.Requested, contract.SumOutcomes(result.Outcomes))
	}
	return nil
}

// orInterrupted says in plain words that somebody ended the program while it was starting.
func orInterrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("ended before everything was up")
	}
	return err
}
