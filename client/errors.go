package client

import "strings"

// RequestError says what is wrong with what was asked for; nothing was sent.
type RequestError struct {
	// Field is what is wrong: "merchant", "key", "run", "plan" or "retry".
	Field string
	// Problem says it in a sentence.
	Problem string
}

func (e *RequestError) Error() string { return e.Problem }

// ConflictError says that the workflow id is taken by another request.
type ConflictError struct {
	WorkflowID string
	// Differences are the fields in which the requests differ, where they are known.
	Differences []string
}

func (e *ConflictError) Error() string {
	words := e.WorkflowID + " is there already with another request"
	if len(e.Differences) > 0 {
		words += ": it differs in " + strings.Join(e.Differences, ", ")
	}
	return words
}

// SetupError says what has to be set up before anything can begin.
type SetupError struct {
	Problem string
	// Remedy says what to do about it.
	Remedy string
	Err    error
}

func (e *SetupError) Error() string { return e.Problem }

func (e *SetupError) Unwrap() error { return e.Err }

// UnreachableError says that Temporal does not answer.
type UnreachableError struct {
	Address string
	Err     error
}

func (e *UnreachableError) Error() string {
	return "Temporal cannot be reached on " + e.Address + ": " + e.Err.Error()
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// DigestError says that an object is not the file that its run published.
type DigestError struct{ Key string }

func (e *DigestError) Error() string {
	return e.Key + " is not the file that the run published: its size or SHA-256 differs"
}

// FolderError says that a folder for files cannot be written.
type FolderError struct{ Err error }

func (e *FolderError) Error() string { return e.Err.Error() }

func (e *FolderError) Unwrap() error { return e.Err }
