//go:build linux

package images

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
)

// Image is a folder, and what runs in it unless a service says otherwise.
type Image struct {
	Root       string
	Entrypoint []string
	Command    []string
	Env        []string
	User       string
	Dir        string
	StopSignal syscall.Signal
	// Mounts are parts of this machine that the image holds: its programs' libraries.
	Mounts []container.Mount
}

// newRoot makes an empty image's folder.
func newRoot(root string, users ...string) error {
	for _, folder := range []string{"etc", "tmp", "proc", "dev"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(root, "tmp"), 0o1777); err != nil {
		return err
	}
	passwd, group := "root:x:0:0:root:/root:/bin/sh\n", "root:x:0:\n"
	for _, user := range users {
		name, id, _ := strings.Cut(user, ":")
		passwd += fmt.Sprintf("%s:x:%s:%s:%s:/:/bin/sh\n", name, id, id, name)
		group += fmt.Sprintf("%s:x:%s:\n", name, id)
	}
	if err := os.WriteFile(filepath.Join(root, "etc/passwd"), []byte(passwd), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, "etc/group"), []byte(group), 0o644)
}

// IDs returns the ids of a user and group as Docker reads them: numbers, or names of the image's files.
func (i Image) IDs(user string) (uid, gid int, err error) {
	if user == "" {
		user = "0:0"
	}
	name, group, both := strings.Cut(user, ":")
	if uid, err = strconv.Atoi(name); err == nil {
		gid, err = strconv.Atoi(group)
		if !both {
			err = nil
		}
		return uid, gid, err
	}
	fields, err := i.passwd(func(fields []string) bool { return fields[0] == name })
	if err != nil {
		return 0, 0, err
	}
	if fields == nil {
		return 0, 0, fmt.Errorf("the image has no user %s", name)
	}
	uid, _ = strconv.Atoi(fields[2])
	gid, _ = strconv.Atoi(fields[3])
	return uid, gid, nil
}

// Home is a user's folder, which Docker names in HOME.
func (i Image) Home(uid int) (string, error) {
	fields, err := i.passwd(func(fields []string) bool { return fields[2] == strconv.Itoa(uid) })
	if fields == nil {
		return "/", err
	}
	return fields[5], err
}

// passwd is the first line of the image's users that is asked for; nil when there is none.
func (i Image) passwd(asked func(fields []string) bool) ([]string, error) {
	const fieldsOfAUser = 7
	content, err := os.ReadFile(filepath.Join(i.Root, "etc/passwd"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(content)) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) == fieldsOfAUser && asked(fields) {
			return fields, nil
		}
	}
	return nil, nil
}

// copyProgram copies a program of this machine into an image, with the libraries that it loads.
func copyProgram(root, program, target string) error {
	if err := copyFile(program, filepath.Join(root, target), 0o755); err != nil {
		return err
	}
	listed, err := exec.Command("ldd", program).CombinedOutput()
	if err != nil {
		if bytes.Contains(listed, []byte("not a dynamic executable")) {
			return nil
		}
		return fmt.Errorf("libraries of %s: %w: %s", program, err, listed)
	}
	for _, field := range strings.Fields(string(listed)) {
		if strings.HasPrefix(field, "/") {
			if err := copyFile(field, filepath.Join(root, field), 0o755); err != nil {
				return err
			}
		}
	}
	return nil
}

func copyFile(source, target string, mode os.FileMode) error {
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(target, content, mode); err != nil {
		return err
	}
	return os.Chmod(target, mode)
}

// command runs a program in a folder, and says what it wrote when it fails.
func command(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	var out, said bytes.Buffer
	c.Stdout, c.Stderr = &out, &said
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, said.String())
	}
	return strings.TrimSpace(out.String()), nil
}
