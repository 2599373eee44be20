//go:build linux

package images

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// copySources copies what the Dockerfile's build sees of the repository: all that deploy/Dockerfile.dockerignore
// does not name. So a source that the image needs and that is ignored is missed here too.
func copySources(repository, target string) error {
	content, err := os.ReadFile(filepath.Join(repository, "deploy/Dockerfile.dockerignore"))
	if err != nil {
		return err
	}
	var patterns []string
	for line := range strings.Lines(string(content)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	return filepath.WalkDir(repository, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || path == repository {
			return err
		}
		name, err := filepath.Rel(repository, path)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(patterns, func(pattern string) bool { return ignores(pattern, name) }) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		return copyFile(path, filepath.Join(target, name), 0o644)
	})
}

// ignores reports whether a pattern of a .dockerignore file matches a path: from the root, or with **/ anywhere.
func ignores(pattern, name string) bool {
	if last, anywhere := strings.CutPrefix(pattern, "**/"); anywhere {
		matched, _ := filepath.Match(last, filepath.Base(name))
		return matched
	}
	matched, _ := filepath.Match(pattern, name)
	return matched
}
