// Package bundle opens the files that a hub delivers for a label request: zips within zips, single
// files, and files whose names are wrong. Begin with [Open], or with [Files] to hold one file at a time.
// It recognises kinds by their bytes and never writes anything.
//
// It promises that a bundle never unpacks to more than its [Limits], and that a file that is damaged
// or exceeds one of them is refused by name and does not affect those that were read before.
package bundle

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/budget"
)

// File is one file of a bundle. Name is for display only: the path inside, with the archives around
// it joined by "!"; never a path to write to. WhyDamaged says in plain words why the file could not
// be read; Data is then as much as could be read. Unescaped says which escapes were undone, if a tool
// had escaped the label. Budget is what reading Data is charged to.
type File struct {
	Name       string
	Kind       Kind
	Data       []byte
	WhyDamaged string
	Unescaped  string
	Budget     *budget.Budget
}

// Open reads name (used in messages and for the names of its files) and returns every file in it,
// in the archive's order. A file that is damaged or exceeds a limit is among them, with the reason. An error
// means that r cannot be read or that the budget's context has ended.
func Open(name string, r io.ReaderAt, size int64, limits Limits) ([]File, error) {
	var files []File
	for f, err := range Files(name, r, size, limits) {
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// Files is [Open], one file at a time. It ends at the first error.
func Files(name string, r io.ReaderAt, size int64, limits Limits) iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		limits := limits.withDefaults()
		o := &opener{limits: limits, allowed: limits.unpacked(size), yield: yield}
		err := o.openBundle(name, r, size)
		if err != nil && !errors.Is(err, errStopped) {
			yield(File{}, err)
		}
	}
}

// errStopped ends the work for a loop that was left.
var errStopped = errors.New("no further file is wanted")

type opener struct {
	limits   Limits
	allowed  int64 // unpacked bytes
	unpacked int64
	entries  int
	yield    func(File, error) bool
}

func (o *opener) openBundle(name string, r io.ReaderAt, size int64) error {
	head := make([]byte, min(size, sniffBytes))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if looksLikeZip(head) && kindOfZip(r, size) == Archive {
		return o.openZip(name, r, size, 1)
	}
	if size > o.allowed {
		return o.refuse(name, Unknown, tooLarge(o.allowed))
	}
	data, why, err := o.read(io.NewSectionReader(r, 0, size), size)
	if err != nil {
		return err
	}
	return o.addFile(name, data, why, 0)
}

// addFile passes on one unpacked file, or opens it if it is an archive.
func (o *opener) addFile(name string, data []byte, why string, depth int) error {
	meant := unescape(data)
	if len(meant.undone) > 0 {
		if err := o.limits.Budget.Unpack(int64(len(meant.undone) * len(data))); err != nil {
			return err
		}
	}
	kind, data := Sniff(meant.data)
	if why != "" && kind == Empty {
		kind = Unknown
	}
	why = cmp.Or(why, meant.whyRefused)
	other := otherArchive(data)
	switch {
	case why != "" || kind != Archive:
		return o.keep(File{Name: name, Kind: kind, Data: data, WhyDamaged: why, Unescaped: strings.Join(meant.undone, ", ")})
	case other != "":
		return o.refuse(name, Archive, notOpened(other))
	case looksLikeGzip(data):
		return o.openGzip(name, data, depth+1)
	}
	return o.openZip(name, bytes.NewReader(data), int64(len(data)), depth+1)
}

func (o *opener) refuse(name string, kind Kind, why string) error {
	return o.keep(File{Name: name, Kind: kind, WhyDamaged: why})
}

func (o *opener) keep(f File) error {
	f.Budget = o.limits.Budget
	if !o.yield(f, nil) {
		return errStopped
	}
	return nil
}

// read unpacks a file up to the smaller of its own limit and what is left of the whole bundle's. Why
// says why it is not whole. Size is how much is expected; it need not be true.
func (o *opener) read(r io.Reader, size int64) (data []byte, why string, err error) {
	left := o.allowed - o.unpacked
	most := min(o.limits.FileBytes, left)
	if size > most {
		return nil, lo.Ternary(size > o.limits.FileBytes, tooLarge(o.limits.FileBytes), tooMuch(o.allowed)), nil
	}
	out := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	from := &charged{from: io.LimitReader(r, most+1), budget: o.limits.Budget}
	_, failed := out.ReadFrom(from)
	o.unpacked += int64(out.Len())
	switch {
	case errors.Is(from.refused, budget.ErrSpent):
		return nil, from.refused.Error(), nil
	case from.refused != nil:
		return nil, "", from.refused
	case int64(out.Len()) > most && most == left:
		return nil, tooMuch(o.allowed), nil
	case int64(out.Len()) > most:
		return nil, tooLarge(most), nil
	case failed != nil:
		return out.Bytes(), damagedFile, nil
	}
	return out.Bytes(), "", nil
}

// charged is a reader that takes what it reads from a budget.
type charged struct {
	from    io.Reader
	budget  *budget.Budget
	refused error
}

func (c *charged) Read(p []byte) (int, error) {
	const atATime = 64 << 10
	n, err := c.from.Read(p[:min(len(p), atATime)])
	if c.refused = c.budget.Unpack(int64(n)); c.refused != nil {
		return n, c.refused
	}
	return n, err
}
