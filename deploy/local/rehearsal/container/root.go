//go:build linux

package container

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// stage is where a container's root is put together, in a mount name space that nobody else sees.
const stage = "/mnt"

// ownTmpfs are the options with which Docker mounts a tmpfs.
const ownTmpfs = "mode=1777"

// mountRoot puts the container's file system together and returns where it is.
func mountRoot(spec Spec) (string, error) {
	if err := unix.Mount("container", stage, "tmpfs", 0, ""); err != nil {
		return "", fmt.Errorf("mount on %s: %w", stage, err)
	}
	upper, work, root := filepath.Join(stage, "upper"), filepath.Join(stage, "work"), filepath.Join(stage, "root")
	for _, folder := range []string{upper, work, root} {
		if err := os.Mkdir(folder, 0o755); err != nil {
			return "", err
		}
	}
	layers := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", spec.Root, upper, work)
	if err := unix.Mount("overlay", root, "overlay", 0, layers); err != nil {
		return "", fmt.Errorf("mount the image %s: %w", spec.Root, err)
	}
	for _, mount := range []func(Spec, string) error{writeHosts, mountSystem, mountTmpfs, mountBinds} {
		if err := mount(spec, root); err != nil {
			return "", err
		}
	}
	if spec.ReadOnly {
		if err := unix.Mount("", root, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""); err != nil {
			return "", err
		}
	}
	return root, nil
}

func writeHosts(spec Spec, root string) error {
	var hosts strings.Builder
	hosts.WriteString("127.0.0.1 localhost\n")
	for _, name := range slices.Sorted(maps.Keys(spec.Hosts)) {
		fmt.Fprintf(&hosts, "%s %s\n", spec.Hosts[name], name)
	}
	address, _, _ := strings.Cut(spec.Address, "/")
	fmt.Fprintf(&hosts, "%s %s\n", address, spec.Name)
	etc := filepath.Join(root, "etc")
	if err := os.MkdirAll(etc, 0o755); err != nil {
		return err
	}
	for name, content := range map[string]string{"hosts": hosts.String(), "hostname": spec.Name + "\n", "resolv.conf": "", "nsswitch.conf": "hosts: files\n"} {
		if err := os.WriteFile(filepath.Join(etc, name), []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// mountSystem mounts what each container has: processes, devices, memory to share.
func mountSystem(_ Spec, root string) error {
	proc := filepath.Join(root, "proc")
	if err := os.MkdirAll(proc, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("proc", proc, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	devices := filepath.Join(root, "dev")
	if err := os.MkdirAll(devices, 0o755); err != nil {
		return err
	}
	if err := unix.Mount("dev", devices, "tmpfs", unix.MS_NOSUID|unix.MS_STRICTATIME, "mode=755"); err != nil {
		return err
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		if err := bind(Mount{Source: "/dev/" + name}, filepath.Join(devices, name)); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"} {
		if err := os.Symlink(target, filepath.Join(devices, name)); err != nil {
			return err
		}
	}
	shared := filepath.Join(devices, "shm")
	if err := os.Mkdir(shared, 0o1777); err != nil {
		return err
	}
	return unix.Mount("shm", shared, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ownTmpfs+",size=64m")
}

func mountTmpfs(spec Spec, root string) error {
	for _, folder := range spec.Tmpfs {
		target := filepath.Join(root, folder.Target)
		if err := os.MkdirAll(target, 0o755); err != nil {
			return err
		}
		options := ownTmpfs
		if folder.Options != "" {
			options += "," + folder.Options
		}
		if err := unix.Mount("tmpfs", target, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, options); err != nil {
			return fmt.Errorf("tmpfs on %s (%s): %w", folder.Target, options, err)
		}
	}
	return nil
}

func mountBinds(spec Spec, root string) error {
	for _, mount := range spec.Mounts {
		if err := bind(mount, filepath.Join(root, mount.Target)); err != nil {
			return err
		}
	}
	return nil
}

func bind(mount Mount, target string) error {
	if err := mountPoint(target, mount.Source); err != nil {
		return err
	}
	if err := unix.Mount(mount.Source, target, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("mount %s on %s: %w", mount.Source, target, err)
	}
	if !mount.ReadOnly {
		return nil
	}
	return unix.Mount("", target, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, "")
}
