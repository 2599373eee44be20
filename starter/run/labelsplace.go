package run

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/service/wholefile"
	"github.com/despacho/despacho/storage/scratch"
)

// joinPlace names joined files after the one that was asked for.
type joinPlace struct{ asked, base, other string }

// newJoinPlace takes x.pdf and x.zpl for both formats; another ending, as in
// x.txt, is that of the ZPL.
func newJoinPlace(out string) joinPlace {
	ending := filepath.Ext(out)
	place := joinPlace{asked: out, base: strings.TrimSuffix(out, ending), other: ".zpl"}
	switch strings.ToLower(ending) {
	case ".pdf", ".zpl", "":
	default:
		place.other = ending
	}
	return place
}

func (p joinPlace) name(format labels.Format, part string) string {
	if format == labels.PDF {
		return p.base + part + ".pdf"
	}
	return p.base + part + p.other
}

// check refuses to write where no file can be, or over a label.
func (p joinPlace) check(sources []check.Source, inParts bool) error {
	about, err := os.Stat(p.asked)
	if name := filepath.Base(p.base); err == nil && about.IsDir() || name == "." || name == ".." || os.IsPathSeparator(p.asked[len(p.asked)-1]) {
		return usageProblem("name a file, as in --out labels.pdf", "--out %q names no file", p.asked)
	}
	number := lo.Ternary(inParts, `-[0-9]+`, ``)
	own := regexp.MustCompile(`^` + regexp.QuoteMeta(absolute(p.base)) + number + `(\.pdf|` + regexp.QuoteMeta(p.other) + `)$`)
	for _, source := range sources {
		if own.MatchString(absolute(source.Name)) {
			return usageProblem("choose another folder or name for --out", "%s is an input, and the join would overwrite it", source.Name)
		}
	}
	return nil
}

func absolute(path string) string {
	if whole, err := filepath.Abs(path); err == nil {
		return whole
	}
	return filepath.Clean(path)
}

// Create begins a joined file beside its place.
func (p joinPlace) Create(format labels.Format, part int) (join.NewFile, error) {
	number := ""
	if part > 0 {
		number = fmt.Sprintf("-%d", part)
	}
	target := p.name(format, number)
	temporary, err := os.CreateTemp(filepath.Dir(target), ".despacho-*")
	if err != nil {
		return nil, usageProblem("choose an existing folder that you can write to", "%s cannot be written: %v", target, err)
	}
	return &newLabelFile{File: temporary, target: target}, nil
}

// newLabelFile moves to its place when it is whole.
type newLabelFile struct {
	*os.File // the temporary one
	target   string
	done     bool
}

func (f *newLabelFile) Name() string { return f.target }

func (f *newLabelFile) Commit() error {
	f.done = true
	err := f.Chmod(wholefile.PrivateMode)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.File.Name(), f.target)
	}
	if err != nil {
		_ = os.Remove(f.File.Name())
		return fmt.Errorf("%s cannot be written: %w", f.target, err)
	}
	return nil
}

func (f *newLabelFile) Abort() {
	if !f.done {
		_ = f.Close()
		_ = os.Remove(f.File.Name())
	}
}

// Scratch is a temporary file beside the output, where there is room for as
// much again.
func (p joinPlace) Scratch() (join.Scratch, error) {
	file, err := scratch.Create(filepath.Dir(p.base))
	if err != nil {
		return nil, usageProblem("choose an existing folder that you can write to", "labels cannot be kept while they are sorted: %v", err)
	}
	return file, nil
}

const maxPathsBytes = 256 << 20

// readPaths reads one path per line from a file, or from stdin for "-".
func readPaths(name string, in io.Reader) ([]string, error) {
	source := in
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, usageProblem("check the path of --files-from", "the list of files cannot be read: %v", err)
		}
		defer file.Close()
		source = file
	}
	data, err := io.ReadAll(io.LimitReader(source, maxPathsBytes+1))
	if err != nil || len(data) > maxPathsBytes {
		return nil, usageProblem("give a text file with one path per line", "the list of files %s cannot be read or is too long", name)
	}
	var paths []string
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
		path := strings.TrimRight(string(line), "\r\n")
		if strings.TrimSpace(path) == "" {
			continue
		}
		found, err := expand(path)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	return paths, nil
}
