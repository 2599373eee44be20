package run

import (
	"os"
	"reflect"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEverySettingIsDocumentedWithItsDefault(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../../docs/operating.md")
	require.NoError(t, err)
	settings := reflect.TypeFor[Settings]()
	require.NotZero(t, settings.NumField())
	for field := range settings.Fields() {
		name, standard := field.Tag.Get("env"), field.Tag.Get("default")
		assert.Contains(t, string(document), "`"+name+"`")
		if standard != "" {
			assert.Regexp(t, "(?m)^\\| `"+name+"` \\| `?"+regexp.QuoteMeta(standard)+"`? \\|", string(document))
		}
	}
}
