package stack

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPorts(t *testing.T) {
	t.Parallel()

	open := func(t *testing.T, path string) *portBook {
		t.Helper()
		book, err := openPortBook(path)
		require.NoError(t, err)
		return book
	}
	taken := func(t *testing.T) int {
		t.Helper()
		listener, err := net.Listen("tcp4", address(0))
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		return portOf(listener)
	}

	t.Run("a taken port moves aside, whether asked, remembered or usual", func(t *testing.T) {
		t.Parallel()
		book := open(t, filepath.Join(t.TempDir(), "ports.json"))
		asked, known, usual := taken(t), taken(t), taken(t)
		book.known["ui"] = known
		listener, err := book.listen("ui", asked, usual)
		require.NoError(t, err)
		defer listener.Close()
		assert.NotContains(t, []int{asked, known, usual}, portOf(listener))
		assert.Equal(t, portOf(listener), book.known["ui"])
	})

	t.Run("an asked port goes before a remembered one, and that before the usual", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []int{7, 8, 9}, candidates(7, 8, 9)[:3])
		assert.Equal(t, []int{8, 9}, candidates(0, 8, 9)[:2])
		assert.Equal(t, []int{65535}, candidates(0, 0, 65535))
		assert.Empty(t, candidates(0, 0, 0))
	})

	t.Run("no two servers are given one port, and all are remembered", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "ports.json")
		chosen, err := open(t, path).reserve(Ports{}, Ports{})
		require.NoError(t, err)
		ports := map[int]bool{}
		for _, port := range open(t, path).known {
			ports[port] = true
		}
		assert.Len(t, ports, 7, "three for people, three of Temporal's inner services, and one for Nexus")
		assert.Contains(t, ports, chosen.Temporal)
		assert.Contains(t, ports, chosen.history)
	})

	t.Run("a broken book is named", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "ports.json")
		require.NoError(t, os.WriteFile(path, []byte("{"), 0o600))
		_, err := openPortBook(path)
		require.ErrorContains(t, err, path)
	})
}

func TestIdentity(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()

	first, err := recallIdentity(dir, Options{Namespace: "packers"})
	require.NoError(t, err)
	assert.Equal(t, "packers", first.Namespace)
	assert.Equal(t, "despacho", first.Bucket)
	assert.Len(t, first.AccessKey, 20)
	assert.GreaterOrEqual(t, len(first.SecretKey), 40)

	again, err := recallIdentity(dir, Options{})
	require.NoError(t, err)
	assert.Equal(t, first, again, "names and keys are remembered")

	other, err := recallIdentity(t.TempDir(), Options{})
	require.NoError(t, err)
	assert.NotEqual(t, first.SecretKey, other.SecretKey, "every folder has keys of its own")

	about, err := os.Stat(filepath.Join(dir, "stack.json"))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), about.Mode().Perm(), "only the owner reads the keys")
}
