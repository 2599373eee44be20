//go:build rehearsal

package rehearsal

import (
	"errors"
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
	// passingImages names the folder when it ends with the rehearsal.
	passingImages = "DESPACHO_REHEARSAL_PASSING"
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
	if err := container.Within(makeImages); err != nil {
		fmt.Fprintln(os.Stderr, "the rehearsal cannot begin:", err)
		os.Exit(1)
	}
	os.Exit(rehearse(m))
}

// makeImages makes all images where modules can be downloaded, and leaves word where they are.
func makeImages() error {
	folder := os.Getenv(keptImages)
	if folder == "" {
		made, err := os.MkdirTemp("", "rehearsal-*")
		if err != nil {
			return err
		}
		folder = made
		if err := errors.Join(os.Setenv(keptImages, folder), os.Setenv(passingImages, folder)); err != nil {
			return err
		}
	}
	set, err := imagesIn(folder)
	if err == nil {
		err = set.MakeAll()
	}
	if err != nil {
		err = errors.Join(err, os.RemoveAll(os.Getenv(passingImages)))
	}
	return err
}

func imagesIn(folder string) (*images.Set, error) {
	root, err := filepath.Abs(repository)
	if err != nil {
		return nil, err
	}
	// What runs in containers must be able to read it.
	return images.NewSet(root, folder), os.Chmod(folder, 0o755)
}

func rehearse(m *testing.M) int {
	defer func() { _ = os.RemoveAll(os.Getenv(passingImages)) }()
	var err error
	if shared.images, err = imagesIn(os.Getenv(keptImages)); err == nil {
		shared.network, err = container.NewNetwork(project.HostAddress)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "the rehearsal cannot begin:", err)
		return 1
	}
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
	command := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-tags", "timetzdata", "-o", path, program)
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	said, err := command.CombinedOutput()
	require.NoError(t, err, string(said))
}
