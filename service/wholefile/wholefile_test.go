package wholefile_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service/wholefile"
)

// placed is a file in a folder of its own.
func placed(t *testing.T, rights os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o600))
	require.NoError(t, os.Chmod(path, rights))
	return path
}

func holds(t *testing.T, path, content string, rights os.FileMode) {
	t.Helper()
	read, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, content, string(read))
	about, err := os.Lstat(path)
	require.NoError(t, err)
	assert.Equal(t, rights, about.Mode())
}

// alone says that nothing else lies beside the file.
func alone(t *testing.T, path string) {
	t.Helper()
	beside, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, beside, 1)
}

func TestANewFileTakesThePlaceOfWhateverWasPlanted(t *testing.T) {
	t.Parallel()
	t.Run("of a file with its own rights", func(t *testing.T) {
		t.Parallel()
		path := placed(t, 0o666)
		require.NoError(t, wholefile.Replace(path, []byte("new"), 0o600))
		holds(t, path, "new", 0o600)
		alone(t, path)
	})
	t.Run("of a link, which is not followed", func(t *testing.T) {
		t.Parallel()
		elsewhere := placed(t, 0o644)
		path := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(elsewhere, path))
		require.NoError(t, wholefile.Replace(path, []byte("new"), 0o600))
		holds(t, path, "new", 0o600)
		holds(t, elsewhere, "old", 0o644)
	})
	t.Run("and files beside it are left alone", func(t *testing.T) {
		t.Parallel()
		path, planted := placed(t, 0o600), placed(t, 0o666)
		require.NoError(t, os.Symlink(planted, path+".new"))
		require.NoError(t, wholefile.Replace(path, []byte("new"), 0o600))
		holds(t, planted, "old", 0o666)
	})
	t.Run("and nothing stays where that fails", func(t *testing.T) {
		t.Parallel()
		folder := t.TempDir()
		path := filepath.Join(folder, "taken")
		require.NoError(t, os.MkdirAll(filepath.Join(path, "inside"), 0o700))
		require.Error(t, wholefile.Replace(path, []byte("new"), 0o600))
		alone(t, path)
	})
}

func TestARewrittenFileKeepsWhatItsOperatorGaveIt(t *testing.T) {
	t.Parallel()
	t.Run("its rights", func(t *testing.T) {
		t.Parallel()
		path := placed(t, 0o440)
		require.NoError(t, wholefile.Rewrite(path, []byte("new")))
		holds(t, path, "new", 0o440)
		alone(t, path)
	})
	t.Run("the link that leads to it", func(t *testing.T) {
		t.Parallel()
		path := placed(t, 0o640)
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(path, link))
		require.NoError(t, wholefile.Rewrite(link, []byte("new")))
		holds(t, path, "new", 0o640)
		led, err := os.Readlink(link)
		require.NoError(t, err)
		assert.Equal(t, path, led)
		alone(t, path)
		alone(t, link)
	})
	t.Run("nothing is made where nothing is", func(t *testing.T) {
		t.Parallel()
		require.ErrorIs(t, wholefile.Rewrite(filepath.Join(t.TempDir(), "none"), nil), os.ErrNotExist)
		require.ErrorContains(t, wholefile.Rewrite(t.TempDir(), nil), "not a plain file")
	})
}

func TestWhatIsOursIsReadByNobodyElse(t *testing.T) {
	t.Parallel()
	path := placed(t, 0o644)
	require.NoError(t, wholefile.OwnFile(path))
	holds(t, path, "old", 0o600)
	fresh := filepath.Join(t.TempDir(), "fresh")
	require.NoError(t, wholefile.OwnFile(fresh))
	holds(t, fresh, "", 0o600)
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(path, link))
	require.ErrorContains(t, wholefile.OwnFile(link), "not a plain file")

	folder := t.TempDir()
	require.NoError(t, os.Chmod(folder, 0o755))
	require.NoError(t, wholefile.OwnFolder(folder))
	about, err := os.Stat(folder)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), about.Mode().Perm())
	toFolder := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(folder, toFolder))
	require.ErrorContains(t, wholefile.OwnFolder(toFolder), "not a folder")
}

func TestMain(m *testing.M) {
	if runtime.GOOS == "windows" {
		return // rights and links are otherwise there
	}
	os.Exit(m.Run())
}
