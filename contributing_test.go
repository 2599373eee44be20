package despacho_test

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

func TestContributingNamesFilesThatAreThere(t *testing.T) {
	t.Parallel()
	text := documentText(t, "CONTRIBUTING.md")
	isPath := regexp.MustCompile(`^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$|^[A-Za-z.]+\.(md|go)$`)
	named := 0
	for _, found := range inBackticks.FindAllStringSubmatch(text, -1) {
		if !isPath.MatchString(found[1]) {
			continue
		}
		named++
		_, err := os.Stat(found[1])
		assert.NoError(t, err, "CONTRIBUTING.md")
	}
	assert.Greater(t, named, 40)
}

func TestContributingNamesTestsThatAreThere(t *testing.T) {
	t.Parallel()
	var sources strings.Builder
	for _, folder := range []string{".", "channels"} {
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), "_test.go") {
				sources.WriteString(documentText(t, path.Join(folder, entry.Name())))
			}
		}
	}
	names := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(documentText(t, "CONTRIBUTING.md"), -1)
	require.NotEmpty(t, names)
	for _, name := range names {
		assert.Contains(t, sources.String(), "func "+name[1]+"(")
	}
}

// TestDocumentsNameEveryValue: tables that list what code declares leave nothing out.
func TestDocumentsNameEveryValue(t *testing.T) {
	t.Parallel()
	outcomes := lo.Map(contract.Outcomes(), func(o contract.Outcome, _ int) string { return string(o) })
	slugs := lo.Map(channels.All(), func(c channels.Channel, _ int) string { return c.Slug })
	for document, values := range map[string][]string{
		"README.md": outcomes, "README.es.md": outcomes, "docs/channels.md": slugs, "docs/partners.md": contract.Stocks(),
	} {
		text := documentText(t, document)
		for _, value := range values {
			assert.Contains(t, text, "`"+value+"`", document)
		}
	}
}

func documentText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
