// Package lifelock proves to other processes of the same machine that one has ended, however it ended: each holds the lock
// of a file while it lives, and the system lets go of it when the process is gone. A process that is only stopped keeps it.
package lifelock

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	prefix = "despacho-alive-"
	// oldAfter is when a file that nobody holds is removed: long after anybody asks for its process.
	oldAfter = 24 * time.Hour
)

// Hold locks a file for this process in a folder ("" means the system's for temporary files), under a name that nobody
// else ever has, until release is called or the process ends. It removes files of processes that ended long ago.
func Hold(folder, name string) (release func(), err error) {
	sweep(folder)
	lock := flock.New(path(folder, name))
	if locked, err := lock.TryLock(); err != nil || !locked {
		return nil, fmt.Errorf("the file %s cannot be locked: %w", lock.Path(), err)
	}
	return func() {
		_ = os.Remove(lock.Path())
		_ = lock.Close()
	}, nil
}

// Ended reports whether the process that held the lock of this name in this folder has ended; false when that
// cannot be told, as where the file is not there.
func Ended(folder, name string) bool {
	lock := flock.New(path(folder, name), flock.SetFlag(os.O_RDWR))
	locked, err := lock.TryLock()
	if err != nil || !locked {
		return false
	}
	return lock.Close() == nil
}

func path(folder, name string) string {
	return filepath.Join(orTemp(folder), prefix+url.PathEscape(name))
}

func orTemp(folder string) string { return cmp.Or(folder, os.TempDir()) }

func sweep(folder string) {
	entries, _ := os.ReadDir(orTemp(folder)) // an unreadable folder is reported when the file is made
	for _, entry := range entries {
		escaped, ours := strings.CutPrefix(entry.Name(), prefix)
		name, err := url.PathUnescape(escaped)
		if !ours || err != nil {
			continue
		}
		if about, err := entry.Info(); err == nil && time.Since(about.ModTime()) > oldAfter && Ended(folder, name) {
			_ = os.Remove(path(folder, name))
		}
	}
}
