// Program bench joins the same label files with this project and with other programs used for it,
// and prints how long each took. It makes the labels itself: a page of 4 × 6 in with a vector Code
// 128, text and a logo.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// batch is a set of label files.
type batch struct {
	name       string
	labels     int
	fewest, to int // size range of a label in bytes
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == joinChecked {
		exitOn(joinFiles(os.Args[2], os.Args[3]))
		return
	}
	labels := flag.Int("labels", 10_000, "number of labels in a batch")
	starter := flag.String("starter", "bin/starter", "path of the built starter command")
	runs := flag.Int("runs", 1, "how often each program joins each batch; the fastest time counts")
	flag.Parse()
	exitOn(compare(*labels, *runs, *starter, os.Stdout))
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func compare(labels, runs int, starter string, out io.Writer) error {
	dir, err := os.MkdirTemp("", "despacho-bench-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	programs, notes := programs(starter)
	batches := []batch{
		{"about 3 KB", labels, 3_000, 3_000},
		{"3 to 30 KB", labels, 3_000, 30_000},
		{"about 3 KB", 2 * labels, 3_000, 3_000},
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "labels\tsize\tprogram\tseconds\tof pdfunite's\tprocessor\tof pdfunite's\tpeak MB\t")
	for _, b := range batches {
		fmt.Fprintf(os.Stderr, "%d labels of %s\n", b.labels, b.name)
		if err := b.measure(table, filepath.Join(dir, "labels"), programs, runs); err != nil {
			return err
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, strings.Join(notes, "\n"))
	return err
}

// measure has every program join the batch, one after the other.
func (b batch) measure(table io.Writer, dir string, programs []program, runs int) error {
	names, err := b.write(dir)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	results := make([]result, len(programs))
	var reference result
	for i, p := range programs {
		for range runs {
			r, err := p.run(dir, names)
			if err != nil { // the program may not accept that many files
				fmt.Fprintln(os.Stderr, err)
				continue
			}
			if results[i].seconds == 0 || r.seconds < results[i].seconds {
				results[i] = r
			}
		}
		if p.name == pdfunite {
			reference = results[i]
		}
	}
	for i, p := range programs {
		if results[i].seconds == 0 {
			fmt.Fprintf(table, "%d\t%s\t%s\tfailed\t\t\t\t\t\n", b.labels, b.name, p.name)
			continue
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%.2f\t%s\t%.2f\t%s\t%d\t\n", b.labels, b.name, p.name, results[i].seconds, share(results[i].seconds, reference.seconds),
			results[i].processor, share(results[i].processor, reference.processor), cmp.Or(results[i].peak>>20, 1))
	}
	return nil
}

// share is a figure as a part of another program's.
func share(of, whole float64) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", of/whole)
}
