package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service/wholefile"
	"github.com/despacho/despacho/starter/page"
	"github.com/despacho/despacho/starter/terminal"
)

// showEnd shows what came of a run: the closing table, the files on this machine, the figures, and
// where to look further.
func (w *workbench) showEnd(ctx context.Context, given *flags, id string, result contract.RunResult, out io.Writer) error {
	fmt.Fprintln(out)
	if err := terminal.WriteTable(out, result); err != nil {
		return err
	}
	if err := w.fetchFiles(ctx, result, out); err != nil {
		return err
	}
	figures, err := w.measure(ctx, id, result)
	if err != nil {
		return fmt.Errorf("measure the run: %w", err)
	}
	figures.write(out)
	w.showWhereToLook(given, id, out)
	return nil
}

// fetchFiles puts the run's files, with the page that explains them, into a folder of their own.
func (w *workbench) fetchFiles(ctx context.Context, result contract.RunResult, out io.Writer) error {
	if result.Manifest.JSON == "" {
		return nil
	}
	folder := filepath.Join(w.running.Dir, "print", result.Run)
	fetched, err := page.Save(ctx, w.store, result, folder)
	if err != nil {
		return fmt.Errorf("fetch the files of run %s: %w", result.Run, err)
	}
	fmt.Fprintln(out, "\nOn this machine")
	for _, file := range fetched {
		fmt.Fprintf(out, "  %s\n", filepath.Join(folder, file.Name))
	}
	return nil
}

func (w *workbench) showWhereToLook(given *flags, id string, out io.Writer) {
	if given.Once {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\nThe run in Temporal UI\t%s\n", runPage(w.running, id))
	fmt.Fprintf(table, "S3\t%s, bucket %s, plain files in %s\n", w.running.S3Endpoint, w.running.Bucket, filepath.Join(w.running.Dir, "s3", w.running.Bucket))
	if given.Hub == "" {
		fmt.Fprintf(table, "Sandbox report\t%s/sandbox/report\n", w.from.url)
	}
	_ = table.Flush()
	fmt.Fprintf(out, "\n%s\n", secondTerminal(given.Env))
}

// writeResult writes a run's result as the command line prints it.
func writeResult(path string, result contract.RunResult) error {
	var content bytes.Buffer
	encoder := json.NewEncoder(&content)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return err
	}
	if err := wholefile.Replace(path, content.Bytes(), wholefile.PrivateMode); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}
