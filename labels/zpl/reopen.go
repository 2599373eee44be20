package zpl

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
)

// largestPart bounds what is between two resets of a joined file: a label of the largest size, the
// reset of leftovers and the deletions.
const largestPart = largestUnit + 1<<20

// Units reads a joined file again and yields its units, holding one at a time.
func Units(r io.Reader) iter.Seq2[Unit, error] {
	return func(yield func(Unit, error) bool) {
		parts := bufio.NewScanner(r)
		parts.Buffer(make([]byte, 0, 64<<10), largestPart)
		parts.Split(atResets)
		for parts.Scan() {
			units, report := Split(bytes.Clone(parts.Bytes()))
			if report.Broken != "" {
				yield(Unit{}, fmt.Errorf("reopen joined labels: %s", report.Broken))
				return
			}
			for _, u := range units {
				if !yield(u, nil) {
					return
				}
			}
		}
		if err := parts.Err(); err != nil {
			yield(Unit{}, fmt.Errorf("reopen joined labels: %w", err))
		}
	}
}

// Count returns the number of labels that a joined file prints. An incomplete label is an error.
func Count(r io.Reader) (int, error) {
	n := 0
	for u, err := range Units(r) {
		if err == nil && u.Broken != "" {
			err = fmt.Errorf("reopen joined labels: label %d: %s", n+1, u.Broken)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func atResets(data []byte, atEOF bool) (advance int, part []byte, err error) {
	if i := bytes.Index(data, []byte(reset)); i >= 0 {
		return i + len(reset), data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}
