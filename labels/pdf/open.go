package pdf

import (
	"bytes"
	"errors"
	"regexp"
	"slices"
	"strconv"

	"github.com/samber/lo"
)

// open reads a file by its table of objects. What is cut short, or whose table
// leads nowhere, or what pdfcpu does not take, is salvaged. Of two readings with
// broken pages the one with fewer counts.
func open(data []byte, limits Limits) (best *source, err error) {
	limits = limits.withDefaults()
	ways := []func([]byte, Limits) (*source, error){readBytes, salvage}
	switch {
	case cutShort(data):
		ways = ways[1:]
	case !leadsToTable(data):
		slices.Reverse(ways)
	}
	for _, read := range ways {
		s, failed := read(data, limits)
		if failed == nil {
			failed = s.markBroken()
		}
		switch {
		case failed == nil && s.sound == len(s.pages):
			return s, nil
		case failed == nil && (best == nil || s.sound > best.sound):
			best = s
		case !salvageable(data, failed):
			return nil, failed
		}
		err = bothReasons(err, failed)
	}
	if best != nil {
		return best, nil
	}
	return nil, err
}

// bothReasons gives the reason that says more, with the causes of both. That a
// file is closed by a password explains whatever else is wrong with it.
func bothReasons(first, second error) error {
	var a, b *Error
	if !errors.As(first, &a) || !errors.As(second, &b) {
		return lo.CoalesceOrEmpty(first, second)
	}
	reason := a.Reason
	if b.Reason == Encrypted || a.Reason == NoPages {
		reason = b.Reason
	}
	return &Error{Reason: reason, Cause: errors.Join(a.Cause, b.Cause)}
}

func salvageable(data []byte, err error) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return true
	}
	switch refused.Reason {
	case Empty, TooLarge, TooManyPage:
		return false
	case NotPDF:
		return bytes.Contains(data, []byte("endobj"))
	}
	return true
}

// cutShort tells that a file breaks off within its last object: what is left of
// it could print half a label.
func cutShort(data []byte) bool {
	const tail = 2048
	if bytes.Contains(data[max(0, len(data)-tail):], []byte("startxref")) {
		return false
	}
	end := max(bytes.LastIndex(data, []byte("endobj")), bytes.LastIndex(data, []byte("xref")))
	return objectStart.Match(data[end+1:])
}

var startOfTable = regexp.MustCompile(`startxref\s+([0-9]{1,19})`)

// leadsToTable tells whether a file says where its table of objects is. Where it
// does not, pdfcpu finds objects that a later update replaced.
func leadsToTable(data []byte) bool {
	i := bytes.LastIndex(data, []byte("startxref"))
	if i < 0 {
		return false
	}
	m := startOfTable.FindSubmatch(data[i:])
	if m == nil {
		return false
	}
	at, err := strconv.Atoi(string(m[1]))
	const reach = 64
	header := max(0, bytes.Index(data[:min(len(data), headerWithin)], []byte("%PDF-")))
	for _, from := range []int{at, at + header} {
		if err != nil || from < 0 || from >= len(data) {
			continue
		}
		table := bytes.TrimLeft(data[from:min(len(data), from+reach)], "\x00\t\f\r\n ")
		if bytes.HasPrefix(table, []byte("xref")) || objectStart.Match(table) {
			return true
		}
	}
	return false
}
