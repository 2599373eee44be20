// Package temporaltest finds or builds Temporal's own command line, for tests that give its commands as partners do.
package temporaltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
)

// The command is built of this release, unless there is one on the PATH.
const (
	module = "github.com/temporalio/cli"
	sum    = "h1:0RZMk14BWxz44Xg6ciDQvpfAMffoG3J7/K03ql80teY="
	// Version is the release.
	Version = "v1.5.1"
)

// find is where the command is, built once for all tests of a process. It is begun in this package's folder, because
// the S3 server moves the process to another.
var find = sync.OnceValues(func() (string, error) {
	if path, err := exec.LookPath("temporal"); err == nil {
		return filepath.Abs(path)
	}
	folder, err := os.MkdirTemp("", "despacho-temporal-")
	if err != nil {
		return "", err
	}
	built = folder
	source := filepath.Join(folder, "source")
	if err := copySource(source); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "temporal")
	_, err = run(source, "build", "-o", path, "./cmd/temporal")
	return path, err
})

// built is the folder of the command that was built; "" until then.
var built string

// copySource copies the command's source, with a package in place of the server that it can start: the server alone is
// two thousand packages, in a version of its own.
func copySource(to string) error {
	out, err := run(filepath.Dir(to), "mod", "download", "-json", module+"@"+Version)
	if err != nil {
		return err
	}
	var found struct{ Dir, Sum string }
	if err := json.Unmarshal(out, &found); err != nil {
		return err
	}
	if found.Sum != sum {
		return fmt.Errorf("%s@%s has the sum %s, and not %s", module, Version, found.Sum, sum)
	}
	if err := os.CopyFS(to, os.DirFS(found.Dir)); err != nil {
		return err
	}
	_, here, _, _ := runtime.Caller(0)
	stub, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "stubs", "devserver", "devserver.go"))
	if err != nil {
		return err
	}
	server := filepath.Join(to, "temporalcli", "devserver")
	return errors.Join(os.Remove(filepath.Join(server, "log.go")), replace(filepath.Join(server, "server.go"), stub))
}

// replace writes a file in place of one that may be read only.
func replace(path string, content []byte) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

func run(folder string, arguments ...string) ([]byte, error) {
	command := exec.Command("go", arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s: %w: %s", command, err, exit.Stderr)
	}
	return out, err
}

// Path is where the command is.
func Path() (string, error) { return find() }

// Clean takes away what was built; for TestMain.
func Clean() {
	if built != "" {
		_ = os.RemoveAll(built)
	}
}
