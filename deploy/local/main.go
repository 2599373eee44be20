// Command local is a first look at despacho: Temporal with its web UI, S3, a sandbox hub and a
// worker in one process, and one label run through all of them.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"

	"github.com/despacho/despacho/deploy/local/stack"
	starter "github.com/despacho/despacho/starter/run"
)

// Exit codes of the program.
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
		fmt.Fprintf(errors, "error: %v\nhint: go run ./deploy/local --help lists every flag\n", err)
		return exitUsage
	}
	if err := look(ctx, given, out); err != nil {
		fmt.Fprintf(errors, "error: %v\n", err)
		return exitFailed
	}
	return exitFine
}

// look starts everything, shows where it is, and stays until ctx ends.
func look(ctx context.Context, given *flags, out io.Writer) error {
	if err := given.placeData(); err != nil {
		return err
	}
	fmt.Fprintln(out, "Starting Temporal, S3 and the hub …")
	running, err := stack.Start(ctx, given.stackOptions())
	if err != nil {
		return err
	}
	defer running.Stop()
	from, err := openHub(given, running)
	if err != nil {
		return fmt.Errorf("open the hub: %w", err)
	}
	defer from.close()
	if given.Env != "" {
		if err := writeSettings(given.Env, settings(running, from)); err != nil {
			return err
		}
	}
	bench, err := startBench(ctx, given, running, from)
	if err != nil {
		return err
	}
	defer bench.close()
	showPlaces(out, given, running, from)
	if !given.NoRun {
		result, err := bench.labelRun(ctx, out)
		if err != nil {
			return err
		}
		_ = starter.WriteTable(out, result)
		if given.JSON != "" {
			data, _ := json.MarshalIndent(result, "", "  ")
			if err := os.WriteFile(given.JSON, data, 0o600); err != nil {
				return err
			}
		}
		if given.Once {
			if !result.Balanced() {
				return fmt.Errorf("the books do not balance")
			}
			return nil
		}
	}
	<-ctx.Done()
	return nil
}

func pathEscape(id string) string { return url.PathEscape(id) }

// placeData makes a temporary folder when none is named. It outlives the process, because the
// joined files are in it.
func (f *flags) placeData() error {
	if f.Data != "" {
		return nil
	}
	var err error
	f.Data, err = os.MkdirTemp("", "despacho-")
	return err
}

func showPlaces(out io.Writer, given *flags, running *stack.Stack, from *hub) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintf(table, "Temporal UI\t%s\n", running.UIURL)
	fmt.Fprintf(table, "Temporal\t%s, namespace %s\n", running.TemporalAddress, running.Namespace)
	fmt.Fprintf(table, "S3\t%s, bucket %s\n", running.S3Endpoint, running.Bucket)
	if given.Hub == "" {
		fmt.Fprintf(table, "Sandbox hub\t%s, %g times as fast as time, report at %s/sandbox/report\n", from.url, from.speed, from.url)
	} else {
		fmt.Fprintf(table, "Hub\t%s\n", from.url)
	}
	fmt.Fprintf(table, "Data\t%s\n", running.Dir)
	if given.Env != "" {
		fmt.Fprintf(table, "Settings\tsource %s\n", given.Env)
	}
}
