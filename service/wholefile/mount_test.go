//go:build linux

package wholefile_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service/wholefile"
)

func TestARewrittenFileStaysItsOwners(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root gives files away")
	}
	path := placed(t, 0o600)
	require.NoError(t, os.Chown(path, 65532, 65533))
	require.NoError(t, wholefile.Rewrite(path, []byte("new")))
	about, err := os.Stat(path)
	require.NoError(t, err)
	owner := about.Sys().(*syscall.Stat_t)
	assert.Equal(t, [2]uint32{65532, 65533}, [2]uint32{owner.Uid, owner.Gid})
	holds(t, path, "new", 0o600)
	alone(t, path)
}

func TestWhatIsAnotherUsersIsNotTakenForOurs(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root gives files away")
	}
	path := placed(t, 0o644)
	require.NoError(t, os.Chown(path, 65532, 65533))
	require.ErrorContains(t, wholefile.OwnFile(path), "belongs to another user")
	folder := t.TempDir()
	require.NoError(t, os.Chown(folder, 65532, 65533))
	require.ErrorContains(t, wholefile.OwnFolder(folder), "belongs to another user")
}

func TestAMountedFileIsWrittenThrough(t *testing.T) {
	t.Parallel()
	outside := placed(t, 0o600)
	inside := placed(t, 0o600)
	if err := syscall.Mount(outside, inside, "", syscall.MS_BIND, ""); err != nil {
		t.Skip("mounting is not permitted here: ", err)
	}
	t.Cleanup(func() { assert.NoError(t, syscall.Unmount(inside, 0)) })
	require.NoError(t, wholefile.Rewrite(inside, []byte("longer than before")))
	holds(t, outside, "longer than before", 0o600)
	require.NoError(t, wholefile.Rewrite(inside, []byte("short")))
	holds(t, outside, "short", 0o600)
	alone(t, inside)
	alone(t, outside)
}

func TestAFileInAFolderThatIsNotToBeWrittenIsWrittenOver(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root writes everywhere")
	}
	path := placed(t, 0o600)
	require.NoError(t, os.Chmod(filepath.Dir(path), 0o500))
	t.Cleanup(func() { _ = os.Chmod(filepath.Dir(path), 0o700) })
	require.NoError(t, wholefile.Rewrite(path, []byte("new")))
	holds(t, path, "new", 0o600)
}
