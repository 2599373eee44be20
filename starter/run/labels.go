package run

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/natural"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/raster"
)

// labelsCommands work on label files: all but Add without Temporal, store or hub.
type labelsCommands struct {
	Check labelsCheckCommand `cmd:"" help:"Say what each file is, how many labels it holds, what would be changed, and why it cannot be used."`
	Join  labelsJoinCommand  `cmd:"" help:"Join all labels that can be printed into one file of each format."`
	Add   labelsAddCommand   `cmd:"" help:"Give a courier's own label (PDF or ZPL) to an order that the hub makes none for; the next run prints it."`
}

type labelFiles struct {
	Files     []string `arg:"" optional:"" sep:"none" name:"file" help:"Label files (PDF, ZPL, zips of them), folders, or patterns."`
	FilesFrom string   `placeholder:"FILE" help:"Also the files that are named in this file, one path per line; - reads stdin."`
	JSON      bool     `name:"json" help:"Print JSON on stdout."`
}

type labelsCheckCommand struct{ labelFiles }

// Run reports on each file, in the order given.
func (c *labelsCheckCommand) Run(ctx context.Context, d desk) error {
	sources, err := c.sources(d)
	if err != nil {
		return err
	}
	usable := true
	write := d.inputsAsText()
	if c.JSON {
		write = d.inputsAsJSON()
	}
	for in := range check.Files(ctx, sources) {
		usable = usable && in.OK
		if err := write(&in); err != nil {
			return err
		}
	}
	if err := errors.Join(write(nil), ctx.Err()); err != nil {
		return err
	}
	return lo.Ternary[error](usable, nil, exitCode(ExitIncomplete))
}

// inputsAsJSON writes an array as its elements come; nil ends it.
func (d desk) inputsAsJSON() func(*check.Input) error {
	before := "[\n  "
	return func(in *check.Input) error {
		if in == nil {
			_, err := io.WriteString(d.Out, lo.Ternary(before == "[\n  ", "[]\n", "\n]\n"))
			return err
		}
		if _, err := io.WriteString(d.Out, before); err != nil {
			return err
		}
		before = ",\n  "
		line, err := json.Marshal(in)
		if err != nil {
			return err
		}
		_, err = d.Out.Write(line)
		return err
	}
}

type labelsJoinCommand struct {
	labelFiles
	Out    string `required:"" placeholder:"FILE" help:"The joined file; with labels of both formats x.pdf also makes x.zpl."`
	Stock  string `default:"as-is" placeholder:"STOCK" help:"Paper of the PDF labels: ${stocks}; default ${stock}."`
	To     string `enum:"zpl," default:"" placeholder:"zpl" help:"Print everything on one roll: zpl turns PDF labels into graphics, whose barcodes are read back."`
	DPI    int    `name:"dpi" default:"203" placeholder:"203" help:"Density of the label printer for --to zpl: 203 or 300 dpi; default 203."`
	Fit    string `placeholder:"HOW" help:"What happens to a page that is larger than its paper: ${fits}; ${fit} by default."`
	Start  int    `default:"0" placeholder:"N" help:"Slot of a sheet that the first label takes; default 1."`
	Part   int    `default:"0" placeholder:"N" help:"Split into files of at most N labels: x-1.zpl, x-2.zpl and so on; default no split."`
	Sort   string `placeholder:"KEYS" help:"Order of the pile, keys between commas: order (the number on the label, else the file's name); with --orders any of ${sorts}. As given by default."`
	Orders string `placeholder:"FILE" help:"Manifest of a run (JSON or CSV), whose orders the labels are sorted by."`
	Bins   string `placeholder:"FILE" help:"The bin of each SKU: CSV with the columns sku and bin; for the sort key bin."`
	// Reverse is for printers that stack face up.
	Reverse bool `help:"Reverse the pile."`
}

// Run joins what can be joined and reports on everything.
func (c *labelsJoinCommand) Run(ctx context.Context, d desk) error {
	options, err := c.options()
	if err != nil {
		return err
	}
	sources, err := c.sources(d)
	if err != nil {
		return err
	}
	place := newJoinPlace(c.Out)
	if err := place.check(sources, c.Part > 0); err != nil {
		return err
	}
	if c.To != "" {
		engine := raster.Open(raster.DefaultFolder())
		defer engine.Close()
		if err := engine.Ready(ctx); err != nil {
			return err
		}
		options.Convert = c.toZPL(engine, options.Layout)
	}
	joined, err := join.Sources(ctx, sources, place, options)
	if err != nil {
		return err
	}
	if c.JSON {
		err = d.printJSON(joined)
	} else {
		err = d.printJoined(joined)
	}
	if err != nil {
		return err
	}
	return lo.Ternary[error](joined.Complete(), nil, exitCode(ExitIncomplete))
}

// toZPL draws PDF labels with the dots of a label printer.
func (c *labelsJoinCommand) toZPL(engine *raster.Engine, layout pdf.Layout) func(context.Context, check.Label) (check.Label, []string, error) {
	return func(ctx context.Context, label check.Label) (check.Label, []string, error) {
		if label.Format != labels.PDF {
			return label, nil, nil
		}
		units, notes, err := engine.Units(ctx, label.Document, layout, c.DPI)
		return check.Label{Format: labels.ZPL, Units: units, Texts: label.Texts}, append(notes, fmt.Sprintf("drawn as graphics of %d dpi", c.DPI)), err
	}
}

func (c *labelsJoinCommand) options() (join.Options, error) {
	stock, err := pdf.ParseStock(c.Stock)
	if err != nil {
		return join.Options{}, usageProblem("", "--stock: %v", err)
	}
	fit, err := pdf.ParseFit(c.Fit)
	if err != nil {
		return join.Options{}, usageProblem("", "--fit: %v", err)
	}
	options := join.Options{Layout: pdf.Layout{Stock: stock, Fit: fit, Start: c.Start}, Part: c.Part, Reverse: c.Reverse}
	if err := options.Layout.Check(); err != nil {
		return options, usageProblem("", "--start: %v", err)
	}
	switch {
	case c.To == "" && c.DPI != 203:
		return options, usageProblem("add --to zpl", "--dpi is the density of a label printer")
	case c.DPI != 203 && c.DPI != 300:
		return options, usageProblem("", "--dpi %d: there are 203 and 300", c.DPI)
	case c.To != "" && stock.Slots() > 1:
		return options, usageProblem("choose a stock with one label on a page, such as 4x6in", "--stock %s: a roll has one label after the other", stock)
	}
	if c.Part < 0 {
		return options, usageProblem("", "--part %d: must be at least 1", c.Part)
	}
	if c.Sort == "" && c.Orders == "" {
		return options, nil
	}
	options.Key, options.Reverse, err = c.key()
	return options, err
}

// key is what labels are sorted by.
func (c *labelsJoinCommand) key() (func(join.LabelInfo) join.Key, bool, error) {
	order, err := books.ParseSort(c.Sort)
	if err != nil {
		return nil, false, usageProblem("", "--sort: %v", err)
	}
	reverse := order.Reverse != c.Reverse
	order.Reverse = false
	if c.Orders != "" {
		key, err := c.keyByOrders(order)
		return key, reverse, err
	}
	if !slices.Equal(order.Keys, []contract.SortKey{contract.ByOrder}) {
		return nil, false, usageProblem("add --orders FILE with the manifest of a run", "--sort %s: without --orders, labels alone can only be sorted by order", c.Sort)
	}
	return func(l join.LabelInfo) join.Key {
		return join.Key{Text: cmp.Or(l.Order, filepath.Base(l.File))}
	}, reverse, nil
}

// sources are the files that the arguments name: those of a folder and of a
// pattern in natural order.
func (f labelFiles) sources(d desk) ([]check.Source, error) {
	var paths []string
	for _, argument := range f.Files {
		found, err := expand(argument)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	if f.FilesFrom != "" {
		listed, err := readPaths(f.FilesFrom, d.In)
		if err != nil {
			return nil, err
		}
		paths = append(paths, listed...)
	}
	if len(f.Files) == 0 && f.FilesFrom == "" {
		return nil, usageProblem("give files or folders, or --files-from", "no files given")
	}
	return lo.Map(paths, func(path string, _ int) check.Source {
		return check.Source{Name: path, Open: func() (check.OpenFile, error) { return openLabelFile(path) }}
	}), nil
}

func expand(argument string) ([]string, error) {
	about, err := os.Stat(argument)
	switch {
	case err == nil && about.IsDir():
		return filesOf(argument)
	case err == nil:
		return []string{argument}, nil
	}
	found, err := filepath.Glob(argument)
	if err != nil || len(found) == 0 {
		return []string{argument}, nil // the report says that it is not there
	}
	slices.SortFunc(found, natural.Compare)
	return lo.FlatMap(found, func(path string, _ int) []string {
		if about, err := os.Stat(path); err == nil && about.IsDir() {
			return nil
		}
		return []string{path}
	}), nil
}

// filesOf are all files of a folder and of the folders in it.
func filesOf(folder string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		return nil, usageProblem("choose a folder that you can read", "the folder %s cannot be read: %v", folder, err)
	}
	if len(paths) == 0 {
		return []string{folder}, nil // the report says that it is empty
	}
	slices.SortFunc(paths, natural.Compare)
	return paths, nil
}
