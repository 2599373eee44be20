package run

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestAccountsKey(t *testing.T) {
	t.Parallel()
	c := newCounter(t, sandbox.Options{Orders: 20})
	c.connects(0, "--code", c.code())
	c.runs(0, "accounts-key", "rotate", "--accounts-key-file", c.keys)
	assert.Contains(t, c.err.String(), "2 keys")
	assert.EqualValues(t, 1, c.account().Generation, "what the older key sealed is still read")
	about, err := os.Stat(c.keys)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), about.Mode().Perm())

	beside, err := os.ReadDir(filepath.Dir(c.keys))
	require.NoError(t, err)
	assert.Len(t, beside, 1, "no key set is left beside it")

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(c.keys, link))
	c.runs(0, "accounts-key", "rotate", "--accounts-key-file", link)
	assert.Contains(t, c.err.String(), "3 keys")
	_, err = os.Readlink(link)
	require.NoError(t, err, "the link stays")
	assert.EqualValues(t, 1, c.account().Generation)

	fresh := filepath.Join(t.TempDir(), "new.json")
	c.runs(0, "accounts-key", "new", "--to", fresh)
	c.runs(ExitUsage, "accounts-key", "new", "--to", fresh)
	assert.Contains(t, c.err.String(), "is there already")
	c.runs(0, "accounts-key", "new")
	_, err = accounts.ParseKeys(secret(c.out.String()))
	require.NoError(t, err)
	c.runs(ExitUsage, "accounts-key", "rotate")
}
