//go:build rehearsal

package rehearsal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/rehearsal/project"
)

// TestBrokenServicesDoNotStart breaks what only shows when something runs; package compose has the breaks that
// a comparison finds.
func TestBrokenServicesDoNotStart(t *testing.T) {
	const compose, schema = "docker-compose.yml", "deploy/temporal/schema.sh"
	for _, broken := range []struct{ name, file, old, instead, service, says string }{
		{"a script has an error", schema, "temporal-sql-tool --db \"$database\" setup-schema", "temporal-sql-tool --db \"$databse\" setup-schema", "schema", "databse"},
		{"a script's path is wrong", compose, "/despacho/schema.sh", "/despacho/schemas.sh", "schema", "/despacho/schemas.sh"},
		{"a command is wrong", compose, "entrypoint: [/bin/sh, /despacho/schema.sh]", "entrypoint: [/bin/bsh, /despacho/schema.sh]", "schema", "/bin/bsh"},
		{"a variable of the scripts is misspelt", compose, "SQL_PASSWORD: $", "SQL_PASSWD: $", "schema", "SQL_PASSWORD"},
		{"the database's user is wrong", compose, "SQL_USER: temporal", "SQL_USER: temporary", "schema", "temporary"},
		{"a health check's option is wrong", compose, "[CMD, pg_isready, --quiet,", "[CMD, pg_isready, --quite,", "postgres", "quite"},
		{"a volume is where nobody may write", compose, `volumes: ["postgres:/var/lib/postgresql/data"]`, `volumes: ["postgres:/var/lib/postgres/data"]`, "postgres", "Read-only file system"},
		{"the S3 server's health check asks for the wrong page", compose, "127.0.0.1:7070/healthz", "127.0.0.1:7070/health", "s3", "404 Not Found"},
		{"a flag is unknown", compose, "- --seed=1", "- --sead=1", "sandbox", "sead"},
		{"a program is unknown", compose, "      - sandbox\n", "      - sandbocks\n", "sandbox", "sandbocks"},
	} {
		t.Run(broken.name, func(t *testing.T) {
			stack := newStack(t, everything...)
			folder := filepath.Dir(stack.Volumes)
			path := filepath.Join(folder, broken.file)
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Contains(t, string(content), broken.old)
			require.NoError(t, os.WriteFile(path, []byte(strings.Replace(string(content), broken.old, broken.instead, 1)), 0o600))
			stack.Project, err = project.Load(t.Context(), folder)
			require.NoError(t, err)
			failed := 0
			stack.Hopeless = func(err error) bool { // it lives, and is never healthy
				if strings.Contains(err.Error(), broken.says) {
					failed++
				}
				return failed >= enoughFailures
			}
			require.ErrorContains(t, stack.Up(t.Context(), broken.service), broken.says)
		})
	}
}

// enoughFailures of a health check, each for the reason that is looked for, show that a service does not become healthy.
const enoughFailures = 10
