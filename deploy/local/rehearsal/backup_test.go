//go:build rehearsal

package rehearsal

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
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

// moveSecretsToFiles gives the stack the example's secrets anew, in files, as docs/operating.md says.
func moveSecretsToFiles(t *testing.T, stack *project.Stack) {
	t.Helper()
	folder := stack.Project.WorkingDir
	require.NoError(t, os.Mkdir(filepath.Join(folder, "secrets"), 0o700))
	settings := slices.Clone(everything)
	for _, variable := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "DESPACHO_TOKEN"} {
		file := filepath.Join("secrets", variable)
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), []byte(stack.Project.Environment[variable]+"\n"), 0o444))
		settings = append(settings, variable+"=", variable+"_FILE=./"+file)
	}
	require.NoError(t, project.Set(repository, folder, settings...))
	var err error
	stack.Project, err = project.Load(t.Context(), folder)
	require.NoError(t, err)
	for name, service := range stack.Project.Services {
		for variable, value := range service.Environment {
			assert.NotContains(t, *value, "change-me-s3", "%s: %s", name, variable)
			assert.NotContains(t, *value, "sandbox-token", "%s: %s", name, variable)
		}
	}
}

func archive(t *testing.T, name string, args ...string) {
	t.Helper()
	said, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	require.NoError(t, err, string(said))
}
