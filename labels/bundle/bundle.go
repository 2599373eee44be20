// Package bundle opens what a hub hands out for a label request: zips within
// zips, single files, and files whose names lie. [Open] is the function to
// begin with; it tells kinds apart by their bytes and never writes anything.
package bundle

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/samber/lo"
	"golang.org/x/text/encoding/charmap"
)

// File is one file out of a bundle. Name is only a name: the path inside, the
// archives on the way joined by "!", never a place to write to. Broken says in
// plain words why the file could not be read; Data is then what could be had.
type File struct {
	Name   string
	Kind   Kind
	Data   []byte
	Broken string
}

// Open reads name (a word for messages and for the names of its files) and
// returns every file in it, in the archive's order. A damaged entry costs only
// itself; an archive over one of the limits is a *[LimitError].
func Open(name string, r io.ReaderAt, size int64, limits Limits) ([]File, error) {
	o := &opener{limits: limits.withDefaults(), outerBytes: size}
	if size > o.limits.TotalBytes {
		return nil, o.over(LimitTotalBytes, name, o.limits.TotalBytes)
	}
	head := make([]byte, min(size, sniffBytes))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if looksLikeZip(head) && kindOfZip(r, size) == Archive {
		err := o.openZip(name, r, size, 1)
		return o.files, err
	}
	data, broken := o.readBounded(io.NewSectionReader(r, 0, size))
	err := o.add(name, data, broken, 0)
	return o.files, err
}

type opener struct {
	limits     Limits
	outerBytes int64
	bytes      int64
	files      []File
	entries    int
}

func (o *opener) openZip(name string, r io.ReaderAt, size int64, depth int) error {
	if depth > o.limits.Depth {
		return o.over(LimitDepth, name, int64(o.limits.Depth))
	}
	archive, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		o.keep(File{Name: name, Kind: Archive, Broken: "the archive is damaged or cut short"})
		return nil
	}
	for _, entry := range archive.File {
		if strings.HasSuffix(entry.Name, "/") && entry.UncompressedSize64 == 0 {
			continue
		}
		if err := o.openEntry(name, entry, depth); err != nil {
			return err
		}
	}
	return nil
}

func (o *opener) openEntry(archive string, entry *zip.File, depth int) error {
	name := archive + "!" + readableName(entry)
	if err := o.countEntry(name); err != nil {
		return err
	}
	const encrypted = 0x1
	if entry.Flags&encrypted != 0 {
		o.keep(File{Name: name, Kind: Unknown, Broken: "the file is closed by a password"})
		return nil
	}
	content, err := entry.Open()
	if err != nil {
		o.keep(File{Name: name, Kind: Unknown, Broken: "the file cannot be unpacked"})
		return nil
	}
	defer content.Close() // reading is over; a damaged end was seen by readBounded
	data, broken := o.readBounded(content)
	return o.add(name, data, broken, depth)
}

// add takes in one unpacked file, opening it further when it is an archive.
func (o *opener) add(name string, data []byte, broken string, depth int) error {
	o.bytes += int64(len(data))
	if o.bytes > o.limits.TotalBytes {
		return o.over(LimitTotalBytes, name, o.limits.TotalBytes)
	}
	if o.bytes > ratioFloor && o.bytes/max(o.outerBytes, 1) > o.limits.Ratio {
		return o.over(LimitRatio, name, o.limits.Ratio)
	}
	kind, data := Sniff(data)
	if broken != "" && kind == Empty {
		kind = Unknown
	}
	if broken != "" || kind != Archive {
		o.keep(File{Name: name, Kind: kind, Data: data, Broken: broken})
		return nil
	}
	if looksLikeGzip(data) {
		return o.openGzip(name, data, depth+1)
	}
	return o.openZip(name, bytes.NewReader(data), int64(len(data)), depth+1)
}

func (o *opener) openGzip(name string, data []byte, depth int) error {
	if depth > o.limits.Depth {
		return o.over(LimitDepth, name, int64(o.limits.Depth))
	}
	content, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		o.keep(File{Name: name, Kind: Archive, Broken: "the archive is damaged or cut short"})
		return nil
	}
	inner := lo.Ternary(content.Name == "", "content", content.Name)
	if err := o.countEntry(name); err != nil {
		return err
	}
	unpacked, broken := o.readBounded(content)
	return o.add(name+"!"+cleanName(inner), unpacked, broken, depth)
}

func (o *opener) countEntry(name string) error {
	o.entries++
	if o.entries > o.limits.Files {
		return o.over(LimitFiles, name, int64(o.limits.Files))
	}
	return nil
}

func (o *opener) keep(f File) { o.files = append(o.files, f) }

// readBounded reads a file up to the smaller of its own limit and what is left
// of the whole, one byte over the latter so that the caller notices.
func (o *opener) readBounded(r io.Reader) (data []byte, broken string) {
	left := o.limits.TotalBytes - o.bytes + 1
	allowed := min(o.limits.FileBytes+1, left)
	data, err := io.ReadAll(io.LimitReader(r, allowed))
	switch {
	case int64(len(data)) > o.limits.FileBytes:
		return nil, fmt.Sprintf("the file is larger than %d bytes", o.limits.FileBytes)
	case err != nil:
		return data, "the file is damaged or cut short"
	}
	return data, ""
}

func readableName(entry *zip.File) string {
	if utf8.ValidString(entry.Name) {
		return cleanName(entry.Name)
	}
	name, err := charmap.CodePage437.NewDecoder().String(entry.Name)
	if err != nil {
		return cleanName(strings.ToValidUTF8(entry.Name, "?"))
	}
	return cleanName(name)
}

// cleanName keeps a name on one line and of a readable length.
func cleanName(name string) string {
	const longest = 300
	name = strings.Map(func(r rune) rune {
		return lo.Ternary(r < ' ' || r == 0x7f, '?', r)
	}, strings.ToValidUTF8(name, "?"))
	if runes := []rune(name); len(runes) > longest {
		return string(runes[len(runes)-longest:])
	}
	return name
}
