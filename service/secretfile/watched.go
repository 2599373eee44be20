package secretfile

import (
	"os"
	"sync"
	"time"
)

// Watched is a secret in a file that somebody else renews.
type Watched struct {
	variable, given, path string

	mu       sync.Mutex
	secret   string
	modified time.Time
	size     int64
}

// Watch follows a variable of the environment: its value, or the file that is named for it.
func Watch(variable string) *Watched {
	return &Watched{variable: variable, given: os.Getenv(variable), path: os.Getenv(FileVariable(variable))}
}

// Value returns the secret, read again when the file has changed. While the file is being replaced
// and cannot be read, the last secret stays in use.
func (w *Watched) Value() (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var modified time.Time
	var size int64
	if about, err := os.Stat(w.path); err == nil {
		modified, size = about.ModTime(), about.Size()
	}
	if w.secret != "" && modified.Equal(w.modified) && size == w.size {
		return w.secret, nil
	}
	secret, err := Choose(w.variable, w.given, w.path)
	if err != nil {
		if w.secret != "" {
			return w.secret, nil
		}
		return "", err
	}
	w.secret, w.modified, w.size = secret, modified, size
	return secret, nil
}
