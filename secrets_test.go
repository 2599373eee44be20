package despacho_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service/secretfile"
)

// filesOfKeys are settings that end like secrets, and name files already.
var filesOfKeys = []string{"DESPACHO_GATEWAY_KEY", "DESPACHO_STATION_KEY"}

var (
	variableTag = regexp.MustCompile(`env:"([A-Z_]+)"`)
	likeASecret = regexp.MustCompile(`_(TOKEN|SECRET|KEY|PASSWORD|PIN)$`)
)

// settingsByFile are the variables that flags of our programs read, by the source file that says so.
func settingsByFile(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, tag := range variableTag.FindAllStringSubmatch(string(text), -1) {
			found[path] = append(found[path], tag[1])
		}
		return err
	}))
	return found
}

// TestEverySecretCanBeInAFile fails when a setting that looks like a secret is not among those that are
// kept out of arguments, or when its file cannot be named beside it.
func TestEverySecretCanBeInAFile(t *testing.T) {
	t.Parallel()
	secrets := 0
	for path, variables := range settingsByFile(t) {
		for _, variable := range variables {
			if !likeASecret.MatchString(variable) || slices.Contains(filesOfKeys, variable) {
				continue
			}
			secrets++
			assert.Contains(t, secretfile.Variables(), variable, "%s: add it to service/secretfile", path)
			assert.Contains(t, variables, secretfile.FileVariable(variable), path)
		}
	}
	assert.Greater(t, secrets, 8)
}

// TestTheTableOfSecretsIsComplete holds the table of docs/operating.md against the list.
func TestTheTableOfSecretsIsComplete(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("docs", "operating.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(text), "\n### Secrets\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n### ")
	for _, variable := range secretfile.Variables() {
		assert.Contains(t, section, "| `"+variable+"`")
	}
}
