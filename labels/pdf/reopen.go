package pdf

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Pages counts the pages of a file that [Join] wrote by reading it again: each page must be there,
// and its drawing must begin where the file says. It reads page by page and keeps only the table of
// objects in memory.
func Pages(rs io.ReadSeeker) (int, error) {
	r := reopened{in: rs}
	if err := r.readTable(); err != nil {
		return 0, fmt.Errorf("reopen joined labels: %w", err)
	}
	n, err := r.count(rootNumber, 0)
	if err != nil {
		return 0, fmt.Errorf("reopen joined labels: %w", err)
	}
	return n, nil
}

type reopened struct {
	in      io.ReadSeeker
	offsets []int64
	ahead   []byte // what was read last, because objects lie one behind the other
	from    int64
}

var errNotJoined = errors.New("it does not end as a joined file does")

func (r *reopened) readTable() error {
	const tail = 64
	end, err := r.in.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	last, err := r.read(max(0, end-tail), int(min(tail, end)))
	if err != nil {
		return err
	}
	_, after, found := bytes.Cut(last, []byte("startxref\n"))
	digits, _, whole := bytes.Cut(after, []byte("\n%%EOF\n"))
	start, err := strconv.ParseInt(string(digits), 10, 64)
	if !found || !whole || err != nil {
		return errNotJoined
	}
	if _, err := r.in.Seek(start, io.SeekStart); err != nil {
		return err
	}
	table := bufio.NewReaderSize(r.in, 64<<10)
	var entries int64
	if _, err := fmt.Fscanf(table, "xref\n0 %d\n", &entries); err != nil || entries > (end-start)/int64(xrefEntry) {
		return errNotJoined
	}
	r.offsets = make([]int64, entries)
	entry := make([]byte, xrefEntry)
	for i := range r.offsets {
		if _, err := io.ReadFull(table, entry); err != nil {
			return err
		}
		if r.offsets[i], err = strconv.ParseInt(string(entry[:10]), 10, 64); err != nil {
			return errNotJoined
		}
	}
	return nil
}

const xrefEntry = len("0000000000 00000 n \n")

// read returns the bytes at a place, fewer at the end of the file; valid until the next call.
func (r *reopened) read(at int64, length int) ([]byte, error) {
	const block = 64 << 10
	if at < r.from || at+int64(length) > r.from+int64(len(r.ahead)) {
		data, err := r.readAt(at, max(length, block))
		if err != nil {
			return nil, err
		}
		r.ahead, r.from = data, at
	}
	data := r.ahead[at-r.from:]
	return data[:min(length, len(data))], nil
}

func (r *reopened) readAt(at int64, length int) ([]byte, error) {
	if _, err := r.in.Seek(at, io.SeekStart); err != nil {
		return nil, err
	}
	data := make([]byte, length)
	n, err := io.ReadFull(r.in, data)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return data[:n], err
}

// count returns the number of pages under a node of the page tree.
func (r *reopened) count(number, depth int) (int, error) {
	entries, err := r.entries(number)
	if err != nil {
		return 0, err
	}
	kids, isNode := entries["Kids"]
	if !isNode {
		return 1, r.hasBeginning(entries["Contents"])
	}
	if depth > 1 {
		return 0, fmt.Errorf("object %d: page nodes nested deeper than they are written", number)
	}
	pages := 0
	for i := 0; i < len(kids[0].list); i += 2 { // each is a number and a generation
		n, err := r.count(int(kids[0].list[i].number), depth+1)
		if err != nil {
			return 0, err
		}
		pages += n
	}
	return pages, nil
}

// entries reads an object that is a dictionary: for each key, what is between it and the next one.
func (r *reopened) entries(number int) (map[string][]operand, error) {
	body, err := r.body(number)
	if err != nil {
		return nil, err
	}
	entries := map[string][]operand{}
	key := ""
	l := &lexer{data: body}
	for {
		_, operands, ok := l.next()
		if !ok {
			return entries, nil
		}
		for _, o := range operands {
			if o.kind == isName {
				key = o.name
			} else {
				entries[key] = append(entries[key], o)
			}
		}
	}
}

// body is an object's text, up to and including its endobj.
func (r *reopened) body(number int) ([]byte, error) {
	const first, most = 512, 64 << 20
	for length := first; length <= most; length *= 4 {
		data, err := r.begin(number, length)
		if err != nil {
			return nil, err
		}
		if end := bytes.Index(data, []byte("endobj")); end >= 0 {
			return data[:end+len("endobj")], nil
		}
		if len(data) < length/2 {
			break
		}
	}
	return nil, fmt.Errorf("object %d has no end", number)
}

// begin returns the first bytes of an object after its heading.
func (r *reopened) begin(number, length int) ([]byte, error) {
	if number <= 0 || number >= len(r.offsets) || r.offsets[number] == 0 {
		return nil, fmt.Errorf("object %d is missing", number)
	}
	data, err := r.read(r.offsets[number], length)
	if err != nil {
		return nil, err
	}
	data, found := bytes.CutPrefix(data, fmt.Appendf(nil, "%d 0 obj\n", number))
	if !found {
		return nil, fmt.Errorf("object %d is not where the table says", number)
	}
	return data, nil
}

func (r *reopened) hasBeginning(reference []operand) error {
	for i := 0; i < len(reference); i += 2 {
		numbers := reference[i : i+1]
		if reference[i].kind == isArray {
			numbers = reference[i].list
		}
		for j := 0; j < len(numbers); j += 2 {
			if _, err := r.begin(int(numbers[j].number), 32); err != nil {
				return err
			}
		}
	}
	return nil
}
