package storage

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inFiles gives S3 keys in files and returns the folder with them.
func inFiles(t *testing.T, keys map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	for _, variable := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} {
		t.Setenv(variable, "")
		t.Setenv(variable+"_FILE", "")
	}
	for variable, key := range keys {
		path := filepath.Join(folder, variable)
		require.NoError(t, os.WriteFile(path, []byte(key+"\n"), 0o600))
		t.Setenv(variable+"_FILE", path)
	}
	return folder
}

func TestKeysInFilesAreUsedAndReadAgain(t *testing.T) {
	folder := inFiles(t, map[string]string{"AWS_SECRET_ACCESS_KEY": "secret-1", "AWS_SESSION_TOKEN": "session"})
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_REGION", "us-east-1")
	store, err := Open(t.Context(), Config{Bucket: "despacho"})
	require.NoError(t, err)
	keys, err := store.client.Options().Credentials.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, [3]string{"id", "secret-1", "session"}, [3]string{keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken})
	assert.True(t, keys.CanExpire)

	path := filepath.Join(folder, "AWS_SECRET_ACCESS_KEY")
	require.NoError(t, os.WriteFile(path, []byte("secret-2"), 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
	provider, err := keysFromFiles()
	require.NoError(t, err)
	keys, err = provider.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "secret-2", keys.SecretAccessKey)
}

func TestOneProviderSeesAChangedFile(t *testing.T) {
	folder := inFiles(t, map[string]string{"AWS_ACCESS_KEY_ID": "id-1", "AWS_SECRET_ACCESS_KEY": "secret"})
	provider, err := keysFromFiles()
	require.NoError(t, err)
	keys, err := provider.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "id-1", keys.AccessKeyID)
	path := filepath.Join(folder, "AWS_ACCESS_KEY_ID")
	require.NoError(t, os.WriteFile(path, []byte("id-2"), 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
	cache, is := provider.(interface{ Invalidate() })
	require.True(t, is)
	cache.Invalidate()
	keys, err = provider.Retrieve(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "id-2", keys.AccessKeyID)
}

func TestKeysInFilesGoTogether(t *testing.T) {
	inFiles(t, map[string]string{"AWS_ACCESS_KEY_ID": "id-never-shown"})
	t.Setenv("AWS_REGION", "us-east-1")
	_, err := Open(t.Context(), Config{Bucket: "despacho"})
	require.ErrorContains(t, err, "AWS_SECRET_ACCESS_KEY")
	assert.NotContains(t, err.Error(), "never-shown")
}

func TestWithoutFilesTheSDKLooksForKeys(t *testing.T) {
	inFiles(t, nil)
	keys, err := keysFromFiles()
	require.NoError(t, err)
	assert.Nil(t, keys)
}
