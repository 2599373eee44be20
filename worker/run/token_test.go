package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service/secretfile"
)

func TestTokenFile(t *testing.T) {
	t.Parallel()
	path := write(t, "token", "  first-token\n")
	file := &tokenFile{path: path}
	read := func() string {
		token, err := file.Token(t.Context())
		require.NoError(t, err)
		return token
	}
	assert.Equal(t, "first-token", read())

	require.NoError(t, os.WriteFile(path, []byte("other-token"), 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
	assert.Equal(t, "other-token", read(), "a renewed token is taken up")

	require.NoError(t, os.WriteFile(path, nil, 0o600))
	assert.Equal(t, "other-token", read(), "the last token serves while the file is written")
	require.NoError(t, os.Remove(path))
	assert.Equal(t, "other-token", read(), "the last token serves while the file is replaced")
}

func TestReadToken(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ content, says string }{
		"an empty file is refused":                {" \n", "is empty"},
		"a file with two words is refused":        {"token: abc", "more than a token"},
		"a file that is far too large is refused": {strings.Repeat("a", secretfile.Largest+1), "more than 64 KiB"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readToken(write(t, "token", c.content))
			require.ErrorContains(t, err, c.says)
		})
	}
	t.Run("a missing file is refused", func(t *testing.T) {
		t.Parallel()
		_, err := (&tokenFile{path: filepath.Join(t.TempDir(), "none")}).Token(t.Context())
		require.ErrorIs(t, err, os.ErrNotExist)
	})
}
