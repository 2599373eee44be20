// Package scratch makes temporary files that a process which is killed does not leave behind.
// Begin with [Open]; a program that works with such files calls [Sweep] when it starts.
package scratch

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// prefix begins the names that Sweep may remove.
const prefix = "despacho-scratch-"

// File is a temporary file. Close also removes it.
type File struct {
	*os.File
	named bool
}

// Open makes a temporary file in a folder; empty means the system's. Where the system permits it
// (not on Windows), the file has no name from then on, and its room is free when the process ends,
// however it ends.
func Open(folder string) (*File, error) {
	file, err := os.CreateTemp(folder, prefix+"*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file, check the disk and its rights: %w", err)
	}
	return &File{File: file, named: os.Remove(file.Name()) != nil}, nil
}

// Close closes and removes the file.
func (f *File) Close() error {
	err := f.File.Close()
	if f.named {
		f.named = false
		_ = os.Remove(f.Name()) // Sweep finds it
	}
	return err
}

// Sweep removes what killed processes left in a folder, and returns how many files that were. Files
// that others hold open stay where they are on systems that do not let them go.
func Sweep(folder string) int {
	if folder == "" {
		folder = os.TempDir()
	}
	entries, _ := os.ReadDir(folder) // a folder that cannot be read shows itself when a file is made
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
