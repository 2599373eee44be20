//go:build rehearsal

package rehearsal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/rehearsal/container"
)

// inspectedAt is where a container of the image is that no service has.
const inspectedAt = "10.97.250.1/16"

// imageSpec is the image as the file's services start it: as user 65532, with a read-only root and a small /tmp.
func imageSpec(t *testing.T, args ...string) container.Spec {
	t.Helper()
	image, err := shared.images.Image("despacho")
	require.NoError(t, err)
	uid, gid, err := image.IDs(image.User)
	require.NoError(t, err)
	assert.Equal(t, 65532, uid)
	return container.Spec{
		Name: "image", Root: image.Root, ReadOnly: true, Args: args, Env: image.Env, UID: uid, GID: gid,
		DropCapabilities: true, NoNewPrivileges: true, Address: inspectedAt, Tmpfs: []container.Tmpfs{{Target: "/tmp", Options: "size=64m"}},
	}
}

// TestTheImageRunsFromAnEmptyRoot starts each program that deploy/Dockerfile copies.
func TestTheImageRunsFromAnEmptyRoot(t *testing.T) {
	root := imageSpec(t).Root
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	for _, entry := range entries {
		assert.Contains(t, []string{"data", "etc", "tmp", "usr"}, entry.Name())
	}
	for _, program := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"starter", "--help"}, 0, "Usage: starter"},
		{[]string{"worker", "health"}, 1, "9090"},
		{[]string{"gateway", "health"}, 1, "9091"},
		{[]string{"station", "health"}, 1, "9092"},
		{[]string{"station", "--help"}, 0, "pair"},
		{[]string{"fakezebra", "--help"}, 0, "--addr"},
		{[]string{"fakeoffice", "--help"}, 0, "--addr"},
		{[]string{"sandbox", "--data=/usr/world"}, 1, "/usr/world"},
		{[]string{"starter", "labels", "check", "/usr/nothing.pdf"}, 2, "/usr/nothing.pdf"},
	} {
		t.Run(strings.Join(program.args, " "), func(t *testing.T) {
			c, err := container.Start(shared.network, imageSpec(t, program.args...))
			require.NoError(t, err)
			<-c.Ended()
			assert.Contains(t, c.Log(), program.says)
			assert.Equal(t, program.code == 0, c.ExitCode() == 0, "%d: %s", c.ExitCode(), c.Log())
		})
	}
}

// TestTheImageHoldsWhatProgramsLookFor runs a program of the tests in the image's place: it finds certificates, a time
// zone and room for temporary files, and nothing else to write to.
func TestTheImageHoldsWhatProgramsLookFor(t *testing.T) {
	probe := filepath.Join(t.TempDir(), "probe")
	require.NoError(t, os.Chmod(filepath.Dir(probe), 0o755))
	build(t, probe, "github.com/despacho/despacho/deploy/local/rehearsal/imageprobe")
	spec := imageSpec(t, "/probe")
	spec.Mounts = []container.Mount{{Source: probe, Target: "/probe", ReadOnly: true}}
	c, err := container.Start(shared.network, spec)
	require.NoError(t, err)
	<-c.Ended()
	assert.Equal(t, 0, c.ExitCode(), c.Log())
}
