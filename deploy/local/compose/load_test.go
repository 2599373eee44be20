package compose

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	root       = "../../.."
	file       = root + "/docker-compose.yml"
	exampleEnv = root + "/deploy/example.env"
)

// load reads the file as `docker compose` does, with the settings of env and no others.
func load(t *testing.T, env []string, profiles ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{file},
		cli.WithWorkingDirectory(root), cli.WithEnv(env), cli.WithDefaultProfiles(profiles...))
	require.NoError(t, err)
	return options.LoadProject(context.Background())
}

// example is the file with the settings of the example and every profile.
func example(t *testing.T) *types.Project {
	t.Helper()
	project, err := load(t, append(exampleSettings(t), "COMPOSE_PROFILES=*"))
	require.NoError(t, err)
	require.NotEmpty(t, project.Services)
	return project
}

// exampleSettings are the lines of the example that are no comments.
func exampleSettings(t *testing.T) []string {
	t.Helper()
	return slices.DeleteFunc(lines(t, exampleEnv), func(line string) bool {
		return line == "" || strings.HasPrefix(line, "#")
	})
}

func lines(t *testing.T, path string) []string {
	t.Helper()
	return strings.Split(text(t, path), "\n")
}

func text(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Clean(path))
	require.NoError(t, err)
	return string(content)
}

func variables(service types.ServiceConfig) map[string]string {
	set := map[string]string{}
	for name, value := range service.Environment {
		if value != nil {
			set[name] = *value
		}
	}
	return set
}

func TestTheExampleRunsEverythingWithTheSandbox(t *testing.T) {
	t.Parallel()
	project, err := load(t, exampleSettings(t))
	require.NoError(t, err)
	assert.ElementsMatch(t, project.ServiceNames(),
		[]string{"postgres", "schema", "temporal", "namespace", "ui", "s3", "setup", "sandbox", "worker"})
}

func TestTheSandboxRunsOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	settings := slices.DeleteFunc(exampleSettings(t), func(line string) bool {
		return strings.HasPrefix(line, "DESPACHO_") || strings.HasPrefix(line, "COMPOSE_")
	})
	settings = append(settings, "DESPACHO_MERCHANT=m", "DESPACHO_TOKEN_FILE=./hub-token")

	project, err := load(t, settings)
	require.NoError(t, err)
	assert.NotContains(t, project.ServiceNames(), "sandbox")
	worker := variables(project.Services["worker"])
	assert.Equal(t, "/run/secrets/hub-token", worker["DESPACHO_TOKEN_FILE"])
	assert.Empty(t, worker["DESPACHO_TOKEN"])
	assert.Empty(t, worker["DESPACHO_HUB"], "the worker's default is the real hub")
	assert.Equal(t, "hub-token", filepath.Base(project.Secrets["hub-token"].File))

	project, err = load(t, settings, "sandbox")
	require.NoError(t, err)
	assert.Contains(t, project.ServiceNames(), "sandbox")
}

func TestWithoutSettingsItSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"POSTGRES_PASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		settings := slices.DeleteFunc(exampleSettings(t), func(line string) bool { return strings.HasPrefix(line, name+"=") })
		_, err := load(t, settings)
		require.ErrorContains(t, err, name)
		require.ErrorContains(t, err, "copy deploy/example.env to .env")
	}
}

// TestKeysOfTheS3ServerCanBeInFiles: the server and all that ask it read the same files.
func TestKeysOfTheS3ServerCanBeInFiles(t *testing.T) {
	t.Parallel()
	settings := slices.DeleteFunc(exampleSettings(t), func(line string) bool { return strings.HasPrefix(line, "AWS_") })
	settings = append(settings, "COMPOSE_PROFILES=*", "AWS_ACCESS_KEY_ID_FILE=./key-id", "AWS_SECRET_ACCESS_KEY_FILE=./key")
	project, err := load(t, settings)
	require.NoError(t, err)
	assert.Equal(t, "key-id", filepath.Base(project.Secrets["s3-key-id"].File))
	assert.Equal(t, "key", filepath.Base(project.Secrets["s3-secret"].File))
	for _, name := range []string{"s3", "setup", "worker", "gateway", "station", "starter"} {
		set := variables(project.Services[name])
		prefix := map[bool]string{true: "ROOT_", false: "AWS_"}[name == "s3"]
		for variable, file := range map[string]string{"ACCESS_KEY_ID": "s3-key-id", "SECRET_ACCESS_KEY": "s3-secret"} {
			assert.Equal(t, "/run/secrets/"+file, set[prefix+variable+"_FILE"], name)
			assert.Empty(t, set[prefix+variable], name)
			mounted := slices.ContainsFunc(project.Services[name].Secrets, func(s types.ServiceSecretConfig) bool { return s.Source == file })
			assert.True(t, mounted, "%s: %s", name, file)
		}
	}
}

func TestEverySettingOfTheExampleIsUsed(t *testing.T) {
	t.Parallel()
	used := regexp.MustCompile(`\$\{([A-Z0-9_]+)`).FindAllStringSubmatch(text(t, file), -1)
	names := map[string]bool{"COMPOSE_PROFILES": true}
	for _, one := range used {
		names[one[1]] = true
	}
	assignment := regexp.MustCompile(`^#?([A-Z][A-Z0-9_]*)=(.*)$`)
	found := 0
	for _, line := range lines(t, exampleEnv) {
		if parts := assignment.FindStringSubmatch(line); parts != nil {
			found++
			assert.Contains(t, slices.Collect(maps.Keys(names)), parts[1])
		}
	}
	assert.Greater(t, found, 8)
}
