//go:build linux

package container

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

const (
	asFirstProcess = "DESPACHO_REHEARSAL_CONTAINER"
	isWithin       = "DESPACHO_REHEARSAL_WITHIN"
)

// Within goes on in name spaces of its own, so that nothing of a rehearsal is seen outside and all
// of it ends with this process. Call it first in main or TestMain, of the program that calls Start:
// where the process is to be a container's, it does not return. What needs this machine's own network is
// done in before; within there is none but the containers'.
func Within(before func() error) error {
	if os.Getenv(asFirstProcess) != "" {
		fmt.Fprintln(os.Stderr, "cannot start the container:", becomeContainer())
		os.Exit(125)
	}
	if os.Getenv(isWithin) != "" {
		return nil
	}
	if os.Geteuid() != 0 {
		return errors.New("containers need root: they have networks and mounts of their own")
	}
	unshare, err := exec.LookPath("unshare")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if err := before(); err != nil {
		return err
	}
	args := append([]string{unshare, "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child", "--propagation", "private", self}, os.Args[1:]...)
	return syscall.Exec(unshare, args, append(os.Environ(), isWithin+"=1"))
}
