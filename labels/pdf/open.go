package pdf

import (
	"bytes"
	"errors"

	"github.com/samber/lo"
)

// open reads a file by its table of objects. What is cut short, or whose table
// leads nowhere, or what pdfcpu does not take, is salvaged.
func open(data []byte, limits Limits) (s *source, wasSalvaged bool, err error) {
	limits = limits.withDefaults()
	if !cutShort(data) {
		if s, err = readBytes(data, limits); err == nil {
			err = s.contentsAreThere()
		}
		if err == nil || !salvageable(data, err) {
			return s, false, err
		}
	}
	again, errAgain := salvage(data, limits)
	if errAgain == nil {
		errAgain = again.contentsAreThere()
	}
	if errAgain == nil {
		return again, true, nil
	}
	return nil, false, bothReasons(err, errAgain)
}

// bothReasons gives the first reason, with the causes of both. That a file is
// closed by a password explains whatever else is wrong with it.
func bothReasons(first, second error) error {
	var a, b *Error
	if !errors.As(first, &a) || !errors.As(second, &b) {
		return lo.CoalesceOrEmpty(first, second)
	}
	return &Error{Reason: lo.Ternary(b.Reason == Encrypted, Encrypted, a.Reason), Cause: errors.Join(a.Cause, b.Cause)}
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
