package pdf

import (
	"bufio"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"strings"
)

// file is a PDF while it is written: objects are written as they come, and only their offsets are
// remembered. It contains no date and nothing random, so the same pages give the same bytes.
type file struct {
	out     *bufio.Writer
	sum     hash.Hash
	at      int64
	offsets []int64 // by object number; 0 for one that is not written
	shared  map[[16]byte]int
	nodes   []int // page tree nodes, each with up to pagesANode pages
	kids    []int // pages of the node that is being filled
	pages   int
	layers  [2]int // see layer
}

const (
	catalogNumber = 1
	rootNumber    = 2
	pagesANode    = 50
)

func newFile(w io.Writer) *file {
	f := &file{sum: sha256.New(), shared: map[[16]byte]int{}, offsets: make([]int64, rootNumber+1)}
	f.out = bufio.NewWriterSize(io.MultiWriter(w, f.sum), 64<<10)
	f.printf("%%PDF-1.7\n%%\xe2\xe3\xcf\xd3\n")
	return f
}

func (f *file) printf(format string, args ...any) {
	n, _ := fmt.Fprintf(f.out, format, args...) // the buffer keeps the first error for Flush
	f.at += int64(n)
}

func (f *file) reserve() int {
	f.offsets = append(f.offsets, 0)
	return len(f.offsets) - 1
}

func (f *file) write(number int, body []byte) error {
	f.offsets[number] = f.at
	f.printf("%d 0 obj\n", number)
	n, err := f.out.Write(body)
	f.at += int64(n)
	f.printf("\nendobj\n")
	return err
}

// share writes an object, unless an equal one was written before.
func (f *file) share(body []byte) (int, error) {
	key := digest(body)
	if n, ok := f.shared[key]; ok {
		return n, nil
	}
	n := f.reserve()
	f.shared[key] = n
	return n, f.write(n, body)
}

// addPage takes a page's dictionary without its parent.
func (f *file) addPage(body []byte) error {
	if len(f.kids) == pagesANode {
		if err := f.closeNode(); err != nil {
			return err
		}
	}
	if len(f.kids) == 0 {
		f.nodes = append(f.nodes, f.reserve())
	}
	parent := f.nodes[len(f.nodes)-1]
	n := f.reserve()
	f.kids = append(f.kids, n)
	f.pages++
	return f.write(n, fmt.Appendf(body[:len(body)-len(">>")], "/Parent %d 0 R>>", parent))
}

func (f *file) closeNode() error {
	body := fmt.Appendf(nil, "<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>", rootNumber, len(f.kids), references(f.kids))
	f.kids = f.kids[:0]
	return f.write(f.nodes[len(f.nodes)-1], body)
}

func references(numbers []int) string {
	var out strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&out, "%d 0 R ", n)
	}
	return strings.TrimSuffix(out.String(), " ")
}

// close writes the page tree, the cross-reference table and the trailer. The file's id is made from
// its content.
func (f *file) close() error {
	if len(f.kids) > 0 {
		if err := f.closeNode(); err != nil {
			return err
		}
	}
	root := fmt.Appendf(nil, "<</Type/Pages/Count %d/Kids[%s]>>", f.pages, references(f.nodes))
	if err := f.write(rootNumber, root); err != nil {
		return err
	}
	if err := f.write(catalogNumber, fmt.Appendf(nil, "<</Type/Catalog/Pages %d 0 R%s>>", rootNumber, f.layerState())); err != nil {
		return err
	}
	start := f.at
	f.printf("xref\n0 %d\n0000000000 65535 f \n", len(f.offsets))
	for _, offset := range f.offsets[1:] {
		if offset == 0 {
			f.printf("0000000000 00000 f \n")
			continue
		}
		f.printf("%010d 00000 n \n", offset)
	}
	if err := f.out.Flush(); err != nil {
		return err
	}
	id := fmt.Sprintf("%X", f.sum.Sum(nil)[:16])
	f.printf("trailer\n<</Size %d/Root %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n", len(f.offsets), catalogNumber, id, id, start)
	return f.out.Flush()
}
