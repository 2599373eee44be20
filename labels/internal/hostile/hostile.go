// Package hostile makes files of up to 1 MB that would cost a careless reader minutes or gigabytes,
// for tests. Begin with [Files].
package hostile

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/lzw"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
)

// Size is how large the files may be.
const Size = 1 << 20

// Files are the files by what is wrong with them.
func Files() map[string]func() []byte {
	files := map[string]func() []byte{}
	for _, group := range []map[string]func() []byte{archives(), streams(), structures(), pages(), zplFiles()} {
		for name, data := range group {
			files[name] = data
		}
	}
	return files
}

// repeated is a text as often as it fits into that many bytes.
func repeated(text string, bytes int) string { return strings.Repeat(text, bytes/len(text)) }

// written is what a writer of packed data made of a text.
func written(text string, pack func(io.Writer) io.WriteCloser) string {
	var out bytes.Buffer
	w := pack(&out)
	_, _ = io.WriteString(w, text) // a buffer does not fail
	_ = w.Close()
	return out.String()
}

func deflated(text string) string {
	return written(text, func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) })
}

func gzipped(text string) string {
	return written(text, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func lzwPacked(text string) string {
	return written(text, func(w io.Writer) io.WriteCloser { return lzw.NewWriter(w, lzw.MSB, 8) })
}

// entry is a file of an archive.
type entry struct{ name, content string }

func zipped(entries ...entry) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestCompression) })
	for _, e := range entries {
		f, _ := w.Create(e.name) // a buffer does not fail
		_, _ = io.WriteString(f, e.content)
	}
	_ = w.Close()
	return out.Bytes()
}

// many are entries with one content, as many as fit into a file when each is packed to that size.
func many(name, content string, packed int) []entry {
	const heading = 150
	entries := make([]entry, min(5_000, Size/(packed+heading)))
	for i := range entries {
		entries[i] = entry{fmt.Sprintf("%04d-%s", i, name), content}
	}
	return entries
}

func packedSize(content string) int {
	return len(written(content, func(w io.Writer) io.WriteCloser {
		f, _ := flate.NewWriter(w, flate.BestCompression) // the level is known
		return f
	}))
}

func manyOf(name, content string) []byte {
	return zipped(many(name, content, packedSize(content))...)
}

func archives() map[string]func() []byte {
	fan, text := string(fanOfForms(9)), string(longText(30<<20))
	inner := string(manyOf("in.zpl", repeated("^XA^FDx^FS^XZ", 1<<20)))
	nested := inner[:min(len(inner), Size)]
	for range 3 {
		nested = string(zipped(entry{"in.zip", nested}))
	}
	return map[string]func() []byte{
		"zip over one stream":    func() []byte { return overOneStream(repeated("^XA^FDx^FS^XZ", 100<<20), 10_000) },
		"zip of fans of forms":   func() []byte { return manyOf("fan.pdf", fan) },
		"zip of long texts":      func() []byte { return manyOf("text.pdf", text) },
		"zip of one large ZPL":   func() []byte { return zipped(entry{"a.zpl", repeated("^XA^FDx^FS^XZ\n", 127<<20)}) },
		"zip of many large ZPLs": func() []byte { return manyOf("a.zpl", repeated("^XA^FDx^FS^XZ\n", 8<<20)) },
		"zip of large zeros":     func() []byte { return manyOf("a.bin", strings.Repeat("\x00", 64<<20)) },
		"zip of UTF-16":          func() []byte { return zipped(entry{"a.zpl", "\xff\xfe" + repeated("^\x00X\x00A\x00", 60<<20)}) },
		"zip of empty files":     func() []byte { return zipped(empties(8_000)...) },
		"zips in zips":           func() []byte { return []byte(nested) },
		"gzip of 128 MB":         func() []byte { return []byte(gzipped(strings.Repeat("\x00", 128<<20))) },
		"gzip of gzip of gzip":   func() []byte { return []byte(gzipped(gzipped(gzipped(strings.Repeat("^XA^FDx^FS^XZ\n", 20<<20))))) },
		"zip of many small PDFs": func() []byte { return manyOf("a.pdf", string(pdf(page("0 0 99 99 re f")))) },
		"zip of PDFs that must be salvaged": func() []byte {
			return manyOf("a.pdf", strings.ReplaceAll(string(pdf(page("0 0 99 99 re f"))), "startxref", "startxxxx"))
		},
		"zip of web pages": func() []byte { return manyOf("a.html", "<html>"+repeated("<b>", 1<<20)) },
	}
}

func empties(n int) []entry {
	entries := make([]entry, n)
	for i := range entries {
		entries[i].name = fmt.Sprint(i)
	}
	return entries
}

// overOneStream makes an archive whose entries all unpack the same stream.
func overOneStream(content string, entries int) []byte {
	one := zipped(entry{"a", content})
	begin, end := bytes.LastIndex(one, []byte("PK\x01\x02")), bytes.LastIndex(one, []byte("PK\x05\x06"))
	head, tail := bytes.Clone(one[:begin]), bytes.Clone(one[end:])
	if room := (Size - len(head)) / (end - begin); entries > room {
		entries = room
	}
	tail[8], tail[9], tail[10], tail[11] = byte(entries), byte(entries>>8), byte(entries), byte(entries>>8)
	length := entries * (end - begin)
	tail[12], tail[13], tail[14], tail[15] = byte(length), byte(length>>8), byte(length>>16), byte(length>>24)
	return append(append(head, bytes.Repeat(one[begin:end], entries)...), tail...)
}
