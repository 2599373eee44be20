package main

import (
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/despacho/despacho/deploy/local/stack"
)

const howToEnd = "Everything stays up. Ctrl-C ends it."

// placeFiles names the data folder and the settings file where the flags do not. A temporary data
// folder outlives the process, because the joined files are in it.
func (f *flags) placeFiles() (err error) {
	if f.Data == "" {
		if f.Data, err = os.MkdirTemp("", "despacho-"); err != nil {
			return fmt.Errorf("make the data folder: %w", err)
		}
	}
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	if f.Env == "" {
		f.Env = filepath.Join(f.Data, "settings.sh")
	}
	return nil
}

// whatStarts names what runs in this process.
func (f *flags) whatStarts() string {
	temporal := "Temporal, its web UI, "
	if f.Temporal != "" && f.Temporal != stack.CLI {
		temporal = "beside the Temporal on " + f.Temporal + ": "
	}
	if f.Hub == "" {
		return temporal + "S3, the sandbox hub, a worker and a gateway" + f.andTable()
	}
	return temporal + "S3, a worker and a gateway" + f.andTable() + ", for the hub " + f.Hub
}

func (f *flags) andTable() string {
	if f.RunOnly {
		return ""
	}
	return ", and a packing table with two printers"
}

func (w *workbench) showPlaces(given *flags, out io.Writer) {
	running, from := w.running, w.from
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	if running.UIURL != "" {
		fmt.Fprintf(table, "Temporal UI\t%s\n", running.UIURL)
	}
	fmt.Fprintf(table, "Temporal\t%s, namespace %s\n", running.TemporalAddress, running.Namespace)
	fmt.Fprintf(table, "S3\t%s, bucket %s\n", running.S3Endpoint, running.Bucket)
	if given.Hub == "" {
		fmt.Fprintf(table, "Sandbox hub\t%s, %g times as fast as time, report at %s/sandbox/report\n", from.url, from.speed, from.url)
	} else {
		fmt.Fprintf(table, "Hub\t%s, %g times as fast as time\n", from.url, from.speed)
	}
	fmt.Fprintf(table, "Webhooks\t%s\n", w.webhooks)
	fmt.Fprintf(table, "Metrics\t%s\n", strings.Join(w.metricsPages(), " "))
	fmt.Fprintf(table, "Data\t%s\n", running.Dir)
	fmt.Fprintf(table, "Settings\tsource %s\n", given.Env)
}

// metricsPages are where worker, gateway and station show their metrics.
func (w *workbench) metricsPages() []string {
	pages := []string{"http://" + w.metrics + "/metrics", "http://" + w.gatewayHealth + "/metrics"}
	if w.table != nil {
		pages = append(pages, "http://"+w.table.at.Health+"/metrics")
	}
	return pages
}

// secondTerminal says how to go on beside this process.
func secondTerminal(env string) string {
	return fmt.Sprintf("In a second terminal:\n  source %s\n  go run ./starter --help", shellWord(env))
}

// runPage is the run's page in Temporal's web UI.
func runPage(running *stack.Stack, id string) string {
	if running.UIURL == "" {
		return "workflow " + id + " on " + running.TemporalAddress
	}
	return running.UIURL + "/namespaces/" + running.Namespace + "/workflows/" + url.PathEscape(id)
}
