//go:build linux

package container

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// becomeContainer turns this process into the first one of a container; it returns only with an error.
func becomeContainer() error {
	runtime.LockOSThread() // capabilities belong to a thread
	spec, err := readSpec()
	if err != nil {
		return fmt.Errorf("read what to start: %w", err)
	}
	if err := unix.Sethostname([]byte(spec.Name)); err != nil {
		return err
	}
	if err := configureNetwork(spec); err != nil {
		return err
	}
	root, err := mountRoot(spec)
	if err != nil {
		return err
	}
	if err := unix.Chroot(root); err != nil {
		return err
	}
	if err := os.Chdir(directory(spec)); err != nil {
		return err
	}
	if err := giveUpRights(spec); err != nil {
		return err
	}
	os.Clearenv()
	for _, variable := range spec.Env {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	program, err := exec.LookPath(spec.Args[0])
	if err != nil {
		return err
	}
	return fmt.Errorf("start %s: %w", program, syscall.Exec(program, spec.Args, spec.Env))
}

func directory(spec Spec) string {
	if spec.Dir == "" {
		return "/"
	}
	return spec.Dir
}

func configureNetwork(spec Spec) error {
	if err := run("ip", "link", "set", "lo", "up"); err != nil {
		return err
	}
	if err := run("ip", "addr", "add", spec.Address, "dev", inside); err != nil {
		return err
	}
	return run("ip", "link", "set", inside, "up")
}

// giveUpRights becomes the container's user. What is executed afterwards has no capability that was dropped.
func giveUpRights(spec Spec) error {
	if spec.DropCapabilities {
		for capability := range uintptr(unix.CAP_LAST_CAP + 1) {
			if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil && err != unix.EINVAL {
				return err
			}
		}
	}
	if err := syscall.Setgroups([]int{spec.GID}); err != nil {
		return err
	}
	if err := syscall.Setgid(spec.GID); err != nil {
		return err
	}
	if err := syscall.Setuid(spec.UID); err != nil {
		return err
	}
	if spec.NoNewPrivileges {
		return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	}
	return nil
}

func run(name string, args ...string) error {
	said, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(string(said)))
	}
	return nil
}

// mountPoint makes the place at which source is mounted, as Docker does.
func mountPoint(path, source string) error {
	info, err := os.Stat(source)
	if err == nil && !info.IsDir() {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		file, err := os.OpenFile(path, os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		return file.Close()
	}
	return os.MkdirAll(path, 0o755)
}
