//go:build !linux

package main

import "errors"

// fillDisk is possible on Linux alone.
func fillDisk(int, bool) error { return errors.New("only Linux limits the files of another process") }
