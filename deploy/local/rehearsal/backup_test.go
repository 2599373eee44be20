//go:build rehearsal

package rehearsal

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/rehearsal/project"
)

// databases in the order in which they are copied: what visibility knows may be newer, never older.
var databases = []string{"temporal", "temporal_visibility"}

// backUp copies databases and bucket while everything runs, as docs/operating.md says.
func backUp(t *testing.T, stack *project.Stack) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for _, database := range databases {
		dump, err := stack.Exec(t.Context(), "postgres", nil, "pg_dump", "--username", "temporal", "--format", "custom", database)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, database+".dump"), []byte(dump), 0o600))
	}
	archive(t, "tar", "-C", filepath.Join(stack.Volumes, "s3"), "--xattrs", "--xattrs-include=*", "-czf", filepath.Join(folder, "s3.tgz"), ".")
	return folder
}

// restore gives the stack new volumes, and puts the copies into them as docs/operating.md says. The hub
// keeps what it knows.
func restore(t *testing.T, stack *project.Stack, folder string) {
	t.Helper()
	lost := stack.Volumes
	stack.Volumes = filepath.Join(filepath.Dir(lost), "new-volumes")
	require.NoError(t, os.Mkdir(stack.Volumes, 0o755))
	require.NoError(t, os.Rename(filepath.Join(lost, "sandbox"), filepath.Join(stack.Volumes, "sandbox")))

	require.NoError(t, stack.Up(t.Context(), "postgres"))
	for _, database := range databases {
		dump, err := os.ReadFile(filepath.Join(folder, database+".dump"))
		require.NoError(t, err)
		_, err = stack.Exec(t.Context(), "postgres", strings.NewReader(string(dump)),
			"pg_restore", "--username", "temporal", "--dbname", "postgres", "--create", "--clean", "--if-exists", "--exit-on-error")
		require.NoError(t, err)
	}
	bucket := filepath.Join(stack.Volumes, "s3")
	require.NoError(t, os.Mkdir(bucket, 0o755))
	archive(t, "tar", "-C", bucket, "--xattrs", "--xattrs-include=*", "-xzf", filepath.Join(folder, "s3.tgz"))
}

func archive(t *testing.T, name string, args ...string) {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	require.NoError(t, err, string(said))
}
