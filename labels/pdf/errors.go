package pdf

import "fmt"

// Reason says in plain words why a file cannot be printed.
type Reason string

// The reasons of an [Error].
const (
	Empty       Reason = "the file is empty"
	NotPDF      Reason = "the file is not a PDF"
	Encrypted   Reason = "the PDF is protected by a password"
	NoPages     Reason = "the PDF has no pages"
	Damaged     Reason = "the PDF is damaged and cannot be repaired"
	FormInXML   Reason = "the PDF is a form (XFA) that only Adobe Reader can draw: print it to a PDF there"
	TooLarge    Reason = "the PDF is larger than a label file may be"
	TooManyPage Reason = "the PDF has more pages than a label file may have"
	TooCostly   Reason = "reading the PDF takes more work than a label file may take"
)

// Error is the error for a file that cannot be used. Its text is only the reason: the cause may
// quote the file, and labels carry buyers' names.
type Error struct {
	Reason Reason
	Cause  error
}

func (e *Error) Error() string { return string(e.Reason) }
func (e *Error) Unwrap() error { return e.Cause }

func newError(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, Cause: fmt.Errorf(format, args...)}
}
