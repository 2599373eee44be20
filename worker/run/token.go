package run

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/despacho/despacho/service/secretfile"
)

// tokenPattern is what RFC 6750 allows in a bearer token.
var tokenPattern = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

func validToken(text string) bool { return tokenPattern.MatchString(text) }

// readToken reads a file that holds only an access token; its errors never quote the content.
func readToken(path string) (Secret, error) {
	text, err := secretfile.Read(path)
	if err != nil {
		return "", fmt.Errorf("the token: %w", err)
	}
	token := strings.TrimSpace(text)
	if !validToken(token) {
		return "", fmt.Errorf("the token: file %s holds more than a token", path)
	}
	return Secret(token), nil
}

// tokenFile is an access token in a file that somebody else renews.
type tokenFile struct {
	path string

	mu       sync.Mutex
	token    Secret
	modified time.Time
	size     int64
}

// read returns the token, read again when the file has changed. While the file
// is being replaced and cannot be read, the last token stays in use.
func (t *tokenFile) read() (Secret, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	about, err := os.Stat(t.path)
	if err == nil && t.token != "" && about.ModTime().Equal(t.modified) && about.Size() == t.size {
		return t.token, nil
	}
	token, readErr := readToken(t.path)
	if err = errors.Join(err, readErr); err != nil {
		if t.token != "" {
			return t.token, nil
		}
		return "", err
	}
	t.token, t.modified, t.size = token, about.ModTime(), about.Size()
	return token, nil
}
