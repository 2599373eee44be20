package compose

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sources is the folder of a module in the version that deploy/local has.
func sources(t *testing.T, module string) string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", module)
	list.Dir = ".."
	list.Env = append(list.Environ(), "GOWORK=off")
	folder, err := list.Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(folder))
}
