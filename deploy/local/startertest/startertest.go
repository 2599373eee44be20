// Package startertest gives commands of the starter, as a program of its own, as people give them.
package startertest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// Exit codes of the starter (README, "Exit codes") that tests expect.
const (
	Complete   = 0
	Incomplete = 3
	Conflict   = 5
)

// build builds the starter once for all tests of a process. It is begun in this package's folder,
// because the S3 server moves the process to another.
var build = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "despacho-starter-")
	if err != nil {
		return "", err
	}
	built = filepath.Join(folder, "starter")
	_, source, _, _ := runtime.Caller(0)
	command := exec.Command("go", "build", "-o", built, "github.com/despacho/despacho/starter")
	command.Dir = filepath.Dir(source)
	if out, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the starter: %w: %s", err, out)
	}
	return built, nil
})

// built is where the starter is; "" until it is built.
var built string

// Path is where the starter is.
func Path() (string, error) { return build() }

// Run gives a command with these settings in its environment, and returns what it wrote on its
// standard output and beside it, and its exit code.
func Run(ctx context.Context, settings map[string]string, arguments ...string) (out, said string, code int, err error) {
	path, err := build()
	if err != nil {
		return "", "", 0, err
	}
	command := exec.CommandContext(ctx, path, arguments...)
	command.Env = append(os.Environ(), "HOME="+filepath.Dir(path))
	for name, value := range settings {
		command.Env = append(command.Env, name+"="+value)
	}
	var output, beside bytes.Buffer
	command.Stdout, command.Stderr = &output, &beside
	err = command.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = nil
	}
	return output.String(), beside.String(), command.ProcessState.ExitCode(), err
}

// Main runs a package's tests and takes the starter away that they had built; for TestMain.
func Main(m interface{ Run() int }) int {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	return code
}
