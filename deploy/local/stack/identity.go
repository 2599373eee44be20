package stack

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/despacho/despacho/service/wholefile"
)

// identity is what a folder keeps besides its ports: names, and the keys to its S3 server.
type identity struct {
	Namespace string `json:"namespace"`
	Bucket    string `json:"bucket"`
	AccessKey string `json:"access_key"`
	SecretKey string `json:"secret_key"`
}

// recallIdentity reads the folder's identity, or makes one with random keys; names that the options
// give win over those remembered.
func recallIdentity(dir string, options Options) (identity, error) {
	path := filepath.Join(dir, "stack.json")
	var known identity
	if err := readJSON(path, &known); err != nil {
		return identity{}, err
	}
	known.Namespace = cmp.Or(options.Namespace, known.Namespace, usualNamespace(options))
	known.Bucket = cmp.Or(options.Bucket, known.Bucket, "despacho")
	if known.AccessKey == "" || known.SecretKey == "" {
		known.AccessKey, known.SecretKey = rand.Text()[:20], rand.Text()+rand.Text()
	}
	return known, writeJSON(path, known)
}

// usualNamespace is Temporal's own in a server of this folder, and one for the folder alone in a server of others.
func usualNamespace(options Options) string {
	if options.Temporal == "" || options.Temporal == CLI {
		return "default"
	}
	return "despacho-" + strings.ToLower(rand.Text()[:8])
}

// readJSON leaves value as it is when there is no such file.
func readJSON(path string, value any) error {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, value); err != nil {
		return fmt.Errorf("read %s: %w; mend it, or use another data folder", path, err)
	}
	return nil
}

// writeJSON replaces the file in one step, readable by its owner alone, so that a process killed
// meanwhile leaves the old one or the new one.
func writeJSON(path string, value any) error {
	content, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	return wholefile.Replace(path, append(content, '\n'), wholefile.PrivateMode)
}
