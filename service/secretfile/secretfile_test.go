package secretfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const planted = "s3cret-never-shown"

func written(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestASecretIsGivenOrInAFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ given, content, want string }{
		"as it is":                      {given: planted, want: planted},
		"in a file":                     {content: planted, want: planted},
		"a line break at the end":       {content: planted + "\n", want: planted},
		"a line break of Windows":       {content: planted + "\r\n", want: planted},
		"several lines, of JSON say":    {content: "{\n}\n", want: "{\n}"},
		"spaces belong to it":           {content: " a b ", want: " a b "},
		"as long as a file may be":      {content: strings.Repeat("k", Largest), want: strings.Repeat("k", Largest)},
		"nowhere":                       {},
		"letters outside of ASCII also": {content: "contraseña", want: "contraseña"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := ""
			if test.content != "" {
				path = written(t, test.content)
			}
			got, err := Choose("DESPACHO_X", test.given, path)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestWhatIsWrongWithAFileIsSaidWithoutTheSecret(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		given, content string
		path           func(*testing.T) string
		says           string
	}{
		"given twice":     {given: planted, content: planted, says: "DESPACHO_X is set as well; keep only one"},
		"empty":           {content: "\n", says: "is empty"},
		"too large":       {content: strings.Repeat(planted, Largest/10), says: "more than 64 KiB"},
		"not text":        {content: planted + "\xff", says: "not UTF-8"},
		"not there":       {path: func(t *testing.T) string { return filepath.Join(t.TempDir(), "none") }, says: "cannot be read"},
		"a folder":        {path: func(t *testing.T) string { return t.TempDir() }, says: "cannot be read"},
		"only white room": {content: " \n \n", says: "is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var path string
			if test.path != nil {
				path = test.path(t)
			} else {
				path = written(t, test.content)
			}
			_, err := Choose("DESPACHO_X", test.given, path)
			require.ErrorContains(t, err, test.says)
			assert.ErrorContains(t, err, "DESPACHO_X_FILE: ")
			assert.NotContains(t, err.Error(), planted)
		})
	}
}

func TestEverythingWrongInTheEnvironmentIsSaidAtOnce(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", planted)
	t.Setenv("AWS_ACCESS_KEY_ID_FILE", written(t, planted))
	t.Setenv("AWS_SECRET_ACCESS_KEY_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("TEMPORAL_API_KEY", "")
	t.Setenv("TEMPORAL_API_KEY_FILE", " ")
	wrong := Check(AWSKeyID, AWSSecret, AWSSession, TemporalKey)
	require.Len(t, wrong, 2)
	assert.ErrorContains(t, wrong[0], "AWS_ACCESS_KEY_ID_FILE")
	assert.ErrorContains(t, wrong[1], "AWS_SECRET_ACCESS_KEY_FILE")
}

func TestAFileThatChangesIsReadAgain(t *testing.T) {
	path := written(t, "old")
	t.Setenv("TEMPORAL_API_KEY", "")
	t.Setenv("TEMPORAL_API_KEY_FILE", path)
	key := Watch(TemporalKey)
	value := func() string {
		t.Helper()
		got, err := key.Value()
		require.NoError(t, err)
		return got
	}
	assert.Equal(t, "old", value())
	require.NoError(t, os.WriteFile(path, []byte("new"), 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
	assert.Equal(t, "new", value())
	require.NoError(t, os.Remove(path))
	assert.Equal(t, "new", value(), "while the file is being replaced, the last one counts")
	_, err := Watch(TemporalKey).Value()
	require.ErrorContains(t, err, "TEMPORAL_API_KEY_FILE")
}

func TestFilesThatOthersReadAreNamed(t *testing.T) {
	for _, variable := range variables {
		t.Setenv(FileVariable(variable), "")
	}
	open, closed := written(t, planted), written(t, planted)
	require.NoError(t, os.Chmod(open, 0o644)) //nolint:gosec // what is to be found
	t.Setenv("DESPACHO_CLIENT_SECRET_FILE", open)
	t.Setenv("AWS_SECRET_ACCESS_KEY_FILE", closed)
	t.Setenv("SANDBOX_TOKEN_FILE", filepath.Join(t.TempDir(), "none"))
	assert.Equal(t, []string{ClientSecret}, Exposed())
}
