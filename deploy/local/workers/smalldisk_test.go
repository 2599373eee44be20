//go:build linux

package workers

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// smallDisk is a file system of its own for a folder of one process: a tmpfs in the process's mount name space, which
// goes with it. Others reach it through /proc.
type smallDisk struct {
	folder  string
	size    string // as mount takes it
	process int
}

// carry returns a command that mounts the file system and becomes the program.
func (d *smallDisk) carry(t *testing.T, program string) *exec.Cmd {
	t.Helper()
	if said, err := ownMounts(exec.Command("sh", "-c", "mount -t tmpfs -o size=4k tmpfs /proc")).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: a full disk needs a mount name space (root, or user name spaces for everybody), and this system gives none: %v: %s", err, said)
	}
	require.NoError(t, os.MkdirAll(d.folder, 0o700))
	return ownMounts(exec.Command("sh", "-c", `mount -t tmpfs -o "size=$1,mode=0700" tmpfs "$2" && exec "$3"`, "sh", d.size, d.folder, program))
}

// ownMounts gives a process mounts that nobody else sees; who is not root becomes root of a user name space for it.
func ownMounts(process *exec.Cmd) *exec.Cmd {
	process.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if user, group := os.Geteuid(), os.Getegid(); user != 0 {
		process.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		process.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: user, Size: 1}}
		process.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: group, Size: 1}}
	}
	return process
}

func (d *smallDisk) filler() string {
	return filepath.Join(fmt.Sprintf("/proc/%d/root", d.process), d.folder, "filler")
}

// fill leaves that many bytes, and less than a page more.
func (d *smallDisk) fill(t *testing.T, left int64) {
	t.Helper()
	file, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer file.Close()
	_, err = file.Seek(0, io.SeekEnd)
	require.NoError(t, err)
	page := make([]byte, 4096)
	for err == nil {
		_, err = file.Write(page)
	}
	require.True(t, errors.Is(err, syscall.ENOSPC), "%v", err)
	about, err := file.Stat()
	require.NoError(t, err)
	require.Greater(t, about.Size(), left)
	require.NoError(t, file.Truncate(about.Size()-left))
}

// makeRoom takes away what filled it.
func (d *smallDisk) makeRoom(t *testing.T) {
	t.Helper()
	require.NoError(t, os.Remove(d.filler()))
}
