// Package usage is the error of what a person has given: a flag, a file, a row.
package usage

import "fmt"

// Error says what is wrong with what was given, and what to give instead.
type Error struct{ Message, Hint string }

func (e *Error) Error() string { return e.Message }

// Errorf makes an [Error]; the hint may be empty.
func Errorf(hint, format string, arguments ...any) *Error {
	return &Error{Message: fmt.Sprintf(format, arguments...), Hint: hint}
}
