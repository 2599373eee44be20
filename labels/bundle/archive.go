package bundle

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/samber/lo"
	"golang.org/x/text/encoding/charmap"
)

var (
	errLongDirectory = errors.New("the archive's directory is too long")
	errManyEntries   = errors.New("the archive has too many entries")
)

// readDirectory reads a zip's directory, but no more than most entries of it may need: what an
// archive says about the length of its directory may be a lie. Begin is where the archive begins.
func readDirectory(r io.ReaderAt, size int64, most int) (entries []*zip.File, begin int64, err error) {
	const ends = 256 << 10 // the records at an archive's end
	begin = beginOfZip(r, size)
	bounded := &boundedReader{from: io.NewSectionReader(r, begin, size-begin), left: ends + entryBytes*int64(max(0, most))}
	archive, err := zip.NewReader(bounded, size-begin)
	switch {
	case bounded.left < 0:
		return nil, 0, errLongDirectory
	case err != nil && !errors.Is(err, zip.ErrInsecurePath):
		return nil, 0, err
	case len(archive.File) > most:
		return nil, 0, errManyEntries
	}
	bounded.left = math.MaxInt64
	return archive.File, begin, nil
}

// beginOfZip is where the last zip of a file begins, by the record at its end. Behind another zip, its
// directory is not where it says, but there may be one that belongs to the other.
func beginOfZip(r io.ReaderAt, size int64) int64 {
	const endRecord, longestComment = 22, 64 << 10
	tail := make([]byte, min(size, endRecord+longestComment))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if at < 0 || len(tail)-at < endRecord {
		return 0
	}
	length, offset := int64(binary.LittleEndian.Uint32(tail[at+12:])), int64(binary.LittleEndian.Uint32(tail[at+16:]))
	directory := size - int64(len(tail)) + int64(at) - length
	heading := make([]byte, 4)
	if _, err := r.ReadAt(heading, max(0, directory)); err != nil || directory <= offset || string(heading) != "PK\x01\x02" {
		return 0
	}
	return directory - offset
}

// boundedReader reads no more than so many bytes.
type boundedReader struct {
	from io.ReaderAt
	left int64
}

func (b *boundedReader) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errLongDirectory
	}
	return b.from.ReadAt(p, at)
}

// openZip opens a zip and the zips that stand before it in the same file.
func (o *opener) openZip(name string, r io.ReaderAt, size int64, depth int) error {
	if depth > o.limits.Depth {
		return o.refuse(name, Archive, tooDeep(o.limits.Depth))
	}
	entries, begin, err := readDirectory(r, size, o.limits.Files-o.entries)
	switch {
	case errors.Is(err, errLongDirectory), errors.Is(err, errManyEntries):
		return o.refuse(name, Archive, tooMany(o.limits.Files))
	case err != nil:
		return o.refuse(name, Archive, damagedArchive)
	}
	archives := [][]*zip.File{entries}
	for o.entries += len(entries); begin > 0; o.entries += len(entries) {
		if entries, begin, err = readDirectory(r, begin, o.limits.Files-o.entries); err != nil {
			break
		}
		archives = append(archives, entries)
	}
	for _, entries := range slices.Backward(archives) {
		if err := o.openEntries(name, entries, depth); err != nil {
			return err
		}
	}
	return nil
}

func (o *opener) openEntries(name string, entries []*zip.File, depth int) error {
	overlapping, aside := overlapping(entries), housekeeping(entries)
	for _, entry := range entries {
		if isFolder(entry) {
			continue
		}
		at := name + "!" + readableName(entry)
		var err error
		if overlapping[entry] && !aside[entry] {
			err = o.refuse(at, Unknown, overlaps)
		} else {
			err = o.openEntry(at, entry, depth, aside[entry])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isFolder(entry *zip.File) bool {
	return entry.UncompressedSize64 == 0 && (strings.HasSuffix(entry.Name, "/") || strings.HasSuffix(entry.Name, `\`) || entry.Mode().IsDir())
}

// overlapping finds the entries whose data overlap those of others: one stream that many entries share
// would be unpacked for each of them.
func overlapping(entries []*zip.File) map[*zip.File]bool {
	type extent struct {
		entry      *zip.File
		begin, end int64
	}
	extents := lo.FilterMap(entries, func(entry *zip.File, _ int) (extent, bool) {
		begin, err := entry.DataOffset()
		return extent{entry, begin, begin + int64(min(entry.CompressedSize64, 1<<40))}, err == nil
	})
	slices.SortStableFunc(extents, func(a, b extent) int { return cmp.Compare(a.begin, b.begin) })
	found := map[*zip.File]bool{}
	var end int64
	for _, e := range extents {
		if e.begin < end {
			found[e.entry] = true
			continue
		}
		end = e.end
	}
	return found
}

// openEntry opens a file of an archive. Aside says that it is left aside unless it is a label.
func (o *opener) openEntry(name string, entry *zip.File, depth int, aside bool) error {
	data, why, err := o.unpack(entry)
	switch {
	case err != nil:
		return err
	case aside && (why != "" || !isLabelAfterAll(data)):
		return o.keep(File{Name: name, Kind: Housekeeping})
	}
	return o.addFile(name, data, why, depth)
}

func (o *opener) unpack(entry *zip.File) (data []byte, why string, err error) {
	const encrypted = 0x1
	if entry.Flags&encrypted != 0 {
		return nil, hasPassword, nil
	}
	content, err := entry.Open()
	if err != nil {
		return nil, cannotBeUnpacked, nil
	}
	defer content.Close() // read has already reported a damaged end
	return o.read(content, int64(min(entry.UncompressedSize64, 1<<40)))
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

// cleanName reduces a name to one line of readable length.
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
