package run

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels/natural"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/tool"
)

// labelsCommands work on label files alone: no Temporal, store or hub.
type labelsCommands struct {
	Check labelsCheckCommand `cmd:"" help:"Say what each file is, how many labels it holds, what would be changed, and why it cannot be used."`
	Join  labelsJoinCommand  `cmd:"" help:"Join all labels that can be printed into one file of each format."`
}

type labelFiles struct {
	Files     []string `arg:"" optional:"" sep:"none" name:"file" help:"Label files (PDF, ZPL, zips of them), folders, or patterns."`
	FilesFrom string   `placeholder:"FILE" help:"Also the files that are named in this file, a path a line; - reads stdin."`
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
	for in := range tool.CheckAll(ctx, sources) {
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
func (d desk) inputsAsJSON() func(*tool.Input) error {
	before := "[\n  "
	return func(in *tool.Input) error {
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
	Stock  string `default:"as-is" placeholder:"STOCK" help:"Paper of the PDF labels: 4x6in, 10x15cm, 10x20cm, a6, a4-2up, a4-3up, a4-4up, letter-2up or as-is; default as-is."`
	Start  int    `default:"0" placeholder:"N" help:"Slot of a sheet that the first label takes; default 1."`
	Part   int    `default:"0" placeholder:"N" help:"Split into files of at most N labels: x-1.zpl, x-2.zpl and so on; default no split."`
	Sort   string `placeholder:"KEYS" help:"Order of the pile, keys between commas: order (the number on the label, else the file's name); with --orders also single-first, sku, bin, deadline, courier, sold, channel. As given by default."`
	Orders string `placeholder:"FILE" help:"Manifest of a run (JSON or CSV), whose orders the labels are sorted by."`
	Bins   string `placeholder:"FILE" help:"In which bin a SKU lies, CSV with the columns sku and bin; for the key bin."`
	// Reverse is for printers that stack face up.
	Reverse bool `help:"Turn the pile over."`
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
	joined, err := tool.Join(ctx, sources, place, options)
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

func (c *labelsJoinCommand) options() (tool.Options, error) {
	stock, err := pdf.ParseStock(c.Stock)
	if err != nil {
		return tool.Options{}, usageProblem("", "--stock: %v", err)
	}
	options := tool.Options{Layout: pdf.Layout{Stock: stock, Start: c.Start}, Part: c.Part, Reverse: c.Reverse}
	if err := options.Layout.Check(); err != nil {
		return options, usageProblem("", "--start: %v", err)
	}
	if c.Part < 0 {
		return options, usageProblem("", "--part %d: at least 1 is needed", c.Part)
	}
	if c.Sort == "" && c.Orders == "" {
		return options, nil
	}
	options.Key, options.Reverse, err = c.key()
	return options, err
}

// key is what labels are sorted by.
func (c *labelsJoinCommand) key() (func(tool.Label) tool.Key, bool, error) {
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
	if !slices.Equal(order.Keys, []books.SortKey{books.ByOrder}) {
		return nil, false, usageProblem("add --orders FILE with the manifest of a run", "--sort %s: without --orders, labels alone can only be sorted by order", c.Sort)
	}
	return func(l tool.Label) tool.Key {
		return tool.Key{Text: lo.CoalesceOrEmpty(l.Order, filepath.Base(l.File))}
	}, reverse, nil
}

// sources are the files that the arguments name: those of a folder and of a
// pattern in natural order.
func (f labelFiles) sources(d desk) ([]tool.Source, error) {
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
		return nil, usageProblem("name files or folders, or give --files-from", "there is no file")
	}
	return lo.Map(paths, func(path string, _ int) tool.Source {
		return tool.Source{Name: path, Open: func() (tool.File, error) { return openLabelFile(path) }}
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
		return nil, usageProblem("name a folder that can be read", "the folder %s cannot be read: %v", folder, err)
	}
	if len(paths) == 0 {
		return []string{folder}, nil // the report says that it is empty
	}
	slices.SortFunc(paths, natural.Compare)
	return paths, nil
}

// labelFile is a file on disk with its size.
type labelFile struct {
	*os.File
	size int64
}

func (f labelFile) Size() int64 { return f.size }

func openLabelFile(path string) (tool.File, error) {
	about, err := os.Stat(path)
	switch {
	case err != nil:
	case about.IsDir():
		err = errors.New("it is a folder without files")
	case !about.Mode().IsRegular():
		err = errors.New("it is no file")
	}
	if err != nil {
		return nil, plainPathError(err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, plainPathError(err)
	}
	return labelFile{file, about.Size()}, nil
}

// plainPathError leaves out the path, which stands beside it.
func plainPathError(err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
