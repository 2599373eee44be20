//go:build rehearsal

package rehearsal

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
	"github.com/despacho/despacho/deploy/local/rehearsal/images"
	"github.com/despacho/despacho/deploy/local/rehearsal/project"
)

const (
	repository = "../../.."
	// patience bounds each wait for a service.
	patience  = 5 * time.Minute
	lookAgain = 200 * time.Millisecond
	// keptImages names a folder that keeps the images from one rehearsal to the next. Sources that have
	// changed since are not seen then.
	keptImages = "DESPACHO_REHEARSAL_IMAGES"
)

// everything are lines of the example with all that can run here.
var everything = []string{
	"COMPOSE_PROFILES=sandbox,webhooks,station",
	"DESPACHO_GATEWAY_PLAIN=behind-proxy",
	"DESPACHO_WEBHOOK_PROXIES=10.97.0.0/16",
}

// shared are what all tests use.
var shared struct {
	images  *images.Set
	network *container.Network
}

func TestMain(m *testing.M) {
	if err := container.Within(); err != nil {
		fmt.Fprintln(os.Stderr, "the rehearsal cannot begin:", err)
		os.Exit(1)
	}
	os.Exit(rehearse(m))
}

func rehearse(m *testing.M) int {
	folder, err := os.MkdirTemp("", "rehearsal-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	root, err := filepath.Abs(repository)
	if err == nil {
		// What runs in containers must be able to read it.
		err = os.Chmod(folder, 0o755)
	}
	if err == nil {
		shared.network, err = container.NewNetwork(project.HostAddress)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the rehearsal cannot begin:", err)
		return 1
	}
	shared.images = images.NewSet(root, cmp.Or(os.Getenv(keptImages), folder))
	return m.Run()
}

// newStack is the repository's project in a folder of its own, with nothing running.
func newStack(t *testing.T, settings ...string) *project.Stack {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Chmod(folder, 0o755))
	require.NoError(t, project.Copy(repository, folder, settings...))
	loaded, err := project.Load(t.Context(), folder)
	require.NoError(t, err)
	stack := &project.Stack{
		Project: loaded, Images: shared.images, Network: shared.network, Volumes: filepath.Join(folder, "volumes"), Patience: patience,
	}
	t.Cleanup(stack.Kill)
	return stack
}

// build builds a program as the image's are built.
func build(t *testing.T, path, program string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-tags", "timetzdata", "-o", path, program)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	said, err := command.CombinedOutput()
	require.NoError(t, err, string(said))
}
