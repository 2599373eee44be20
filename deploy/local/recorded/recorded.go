// Package recorded writes histories for the replay suite of workflows/registry. Begin with [Write].
package recorded

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"

	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// identity and stickyQueue name the machine and the process that did something.
var (
	identity    = regexp.MustCompile(`"identity":\s*"[^"]*"`)
	stickyQueue = regexp.MustCompile(`"name":\s*"[^":]*:[0-9a-f-]{36}"`)
)

// Write writes a history, without the names of machines and processes.
func Write(path string, history *historypb.History) error {
	data, err := protojson.Marshal(history)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	packed, err := gzip.NewWriterLevel(file, gzip.BestCompression)
	if err != nil {
		return err
	}
	data = identity.ReplaceAll(data, []byte(`"identity":"worker"`))
	if _, err := packed.Write(stickyQueue.ReplaceAll(data, []byte(`"name":"sticky"`))); err != nil {
		return err
	}
	return packed.Close()
}
