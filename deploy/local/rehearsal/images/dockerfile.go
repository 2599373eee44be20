//go:build linux

package images

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
)

// Despacho makes the image of deploy/Dockerfile in a folder: its own lines say what is built, copied
// and set. context is the root of the repository.
func Despacho(ctx context.Context, repository, dir string) (Image, error) {
	content, err := os.ReadFile(filepath.Join(repository, "deploy/Dockerfile"))
	if err != nil {
		return Image{}, err
	}
	steps := instructions(string(content))
	build := stage{dir: filepath.Join(dir, "build"), env: map[string]string{}}
	image := Image{Root: filepath.Join(dir, "despacho"), StopSignal: syscall.SIGTERM}
	if err := errors.Join(os.MkdirAll(build.dir, 0o755), os.MkdirAll(image.Root, 0o755)); err != nil {
		return Image{}, err
	}
	runs := false
	for _, step := range steps {
		word, rest, _ := strings.Cut(step, " ")
		rest = strings.TrimSpace(rest)
		switch {
		case word == "FROM":
			runs = rest == "scratch"
		case !runs:
			err = build.take(ctx, repository, word, rest)
		default:
			err = image.take(build, word, rest)
		}
		if err != nil {
			return Image{}, fmt.Errorf("deploy/Dockerfile: %s: %w", step, err)
		}
	}
	return image, nil
}

// instructions are a Dockerfile's, each on one line.
func instructions(content string) []string {
	var steps []string
	joined := regexp.MustCompile(`\\\n\s*`).ReplaceAllString(content, " ")
	for line := range strings.Lines(joined) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			steps = append(steps, line)
		}
	}
	return steps
}

// stage is the part of the Dockerfile that builds. Its paths lie under dir, and its sources are those
// of the repository that the build sees.
type stage struct {
	dir string
	env map[string]string
}

func (s stage) take(ctx context.Context, repository, word, rest string) error {
	switch word {
	case "ENV":
		for _, pair := range strings.Fields(rest) {
			name, value, _ := strings.Cut(pair, "=")
			s.env[name] = value
		}
		return nil
	case "WORKDIR":
		return os.MkdirAll(filepath.Join(s.dir, rest), 0o755)
	case "COPY":
		if rest == ". ." {
			return copySources(repository, filepath.Join(s.dir, "src"))
		}
		return nil // what is copied alone is copied again with all
	case "RUN":
		return s.run(ctx, rest)
	default:
		return errors.New("the rehearsal does not know this instruction")
	}
}

// run runs what the Dockerfile runs, with /out, /data and /rootfs within the stage's folder.
func (s stage) run(ctx context.Context, script string) error {
	script = regexp.MustCompile(`--mount=\S+\s+`).ReplaceAllString(script, "")
	if script == "go mod download" {
		return nil
	}
	script = regexp.MustCompile(`(^|\s)/(out|data|rootfs)`).ReplaceAllString(script, "${1}"+s.dir+"/$2")
	var env []string
	for name, value := range s.env {
		env = append(env, name+"="+value)
	}
	_, err := command(ctx, filepath.Join(s.dir, "src"), env, "sh", "-euc", script)
	return err
}

func (i *Image) take(build stage, word, rest string) error {
	switch word {
	case "COPY":
		return i.copyFrom(build, rest)
	case "ENV":
		i.Env = append(i.Env, rest)
	case "USER":
		i.User = rest
	case "STOPSIGNAL":
		if rest != "SIGTERM" {
			return errors.New("the rehearsal stops with SIGTERM only")
		}
	case "EXPOSE":
	case "ENTRYPOINT":
		i.Entrypoint = strings.Fields(strings.NewReplacer("[", "", "]", "", `"`, "", ",", " ").Replace(rest))
	default:
		return errors.New("the rehearsal does not know this instruction")
	}
	return nil
}

// copyFrom copies from the stage that builds; what that has of its own image is this machine's.
func (i *Image) copyFrom(build stage, rest string) error {
	owner := regexp.MustCompile(`--chown=(\d+):(\d+)`).FindStringSubmatch(rest)
	paths := strings.Fields(regexp.MustCompile(`--\S+\s+`).ReplaceAllString(rest, ""))
	if len(paths) != 2 {
		return errors.New("the rehearsal copies from one place to one place")
	}
	source, target := filepath.Join(build.dir, paths[0]), filepath.Join(i.Root, paths[1])
	info, err := os.Stat(source)
	if errors.Is(err, os.ErrNotExist) {
		return copyFile(paths[0], target, 0o644)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return copyFile(source, target, info.Mode())
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	if err := os.CopyFS(target, os.DirFS(source)); err != nil {
		return err
	}
	// CopyFS leaves out the sticky bit.
	if temporary := filepath.Join(target, "tmp"); exists(temporary) {
		return os.Chmod(temporary, 0o1777)
	}
	if owner == nil {
		return nil
	}
	uid, _ := strconv.Atoi(owner[1])
	gid, _ := strconv.Atoi(owner[2])
	return os.Chown(target, uid, gid)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
