// Package scratch makes temporary files that do not stay behind when a process is killed. Begin
// with [Open]; a program that uses such files calls [Sweep] when it starts.
package scratch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	if err != nil {
		return nil, fmt.Errorf("cannot make a temporary file, check the disk and its permissions: %w", err)
	}
	return &File{File: file, named: os.Remove(file.Name()) != nil}, nil
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
