// Package scratch makes temporary files that do not stay behind when a process is killed. Begin
// with [Open]; a program that uses such files calls [Sweep] when it starts.
package scratch

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// prefix begins the names of the files that Sweep may remove.
const prefix = "despacho-scratch-"

// File is a temporary file. Close also removes it.
type File struct {
	*os.File
	named bool
}

// Create makes a temporary file in a folder; "" means the system's. If the system permits it (Windows
// does not), the file loses its name at once, so that its space is freed when the process ends,
// however it ends.
func Create(folder string) (*File, error) {
	file, err := os.CreateTemp(folder, prefix+"*")
	if isFull(err) {
		return nil, fullError(folder, err)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary file, check the disk and its permissions: %w", err)
	}
	return &File{File: file, named: os.Remove(file.Name()) != nil}, nil
}

// Write writes to the file; the error of a full disk says so, and what to do.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	return n, f.explain(err)
}

// WriteString writes a text as Write does.
func (f *File) WriteString(text string) (int, error) { return f.Write([]byte(text)) }

// ReadFrom is how [io.Copy] writes to the file, with errors as those of Write.
func (f *File) ReadFrom(source io.Reader) (int64, error) {
	n, err := f.File.ReadFrom(source)
	return n, f.explain(err)
}

func (f *File) explain(err error) error {
	if isFull(err) {
		return fullError(filepath.Dir(f.Name()), err)
	}
	return err
}

// isFull says whether a disk has no room, or a user no more of it.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

func fullError(folder string, err error) error {
	if folder == "" {
		folder = os.TempDir()
	}
	return fmt.Errorf("the disk of %s, the folder for temporary files, is full: make room there, or give the worker another folder (DESPACHO_TEMP): %w", folder, err)
}

// Close closes and removes the file.
func (f *File) Close() error {
	err := f.File.Close()
	if f.named {
		f.named = false
		_ = os.Remove(f.Name()) // if this fails, Sweep removes it later
	}
	return err
}

// Sweep removes what killed processes left in a folder, and returns the number of files removed.
// Files that are still open elsewhere stay, on systems that keep them.
func Sweep(folder string) int {
	if folder == "" {
		folder = os.TempDir()
	}
	entries, _ := os.ReadDir(folder) // an unreadable folder is reported when a file is made
	swept := 0
	for _, entry := range entries {
		if !strings.HasPrefix(entry.Name(), prefix) || !entry.Type().IsRegular() {
			continue
		}
		if os.Remove(filepath.Join(folder, entry.Name())) == nil {
			swept++
		}
	}
	return swept
}
