package pdf

import "fmt"

// Reason says in plain words why a file cannot be printed.
type Reason string

// The reasons of an [Error].
const (
	Empty       Reason = "the file is empty"
	NotPDF      Reason = "the file is no PDF"
	Encrypted   Reason = "the PDF is closed by a user password"
	NoPages     Reason = "the PDF has no pages"
	Damaged     Reason = "the PDF is damaged and cannot be repaired"
	TooLarge    Reason = "the PDF is larger than a label file may be"
	TooManyPage Reason = "the PDF has more pages than a label file may have"
)

// Error is a file that cannot be used. Its text is the reason alone: the cause
// may quote the file, and a label names a buyer.
type Error struct {
	Reason Reason
	Cause  error
}

func (e *Error) Error() string { return string(e.Reason) }
func (e *Error) Unwrap() error { return e.Cause }

func refuse(reason Reason, format string, args ...any) error {
	return &Error{Reason: reason, Cause: fmt.Errorf(format, args...)}
}
