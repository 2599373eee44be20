package accounts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service/secretfile"
	"github.com/despacho/despacho/storage"
)

func TestVault(t *testing.T) {
	t.Parallel()
	t.Run("an account comes back as it was kept, its tokens unreadable in the store", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		account := w.account()
		assert.Equal(t, "token-1", account.Token.Reveal())
		assert.Equal(t, "rt-1", account.RefreshToken.Reveal())
		var stored json.RawMessage
		require.NoError(t, w.vault().Store.Get(t.Context(), storage.AccountCredentials(shop), &stored))
		assert.NotContains(t, string(stored), "token-1")
		assert.NotContains(t, string(stored), "rt-1")
	})
	t.Run("without a key one sees its state, but no token", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		vault := &Vault{Store: w.vault().Store}
		account, err := vault.ReadPublic(t.Context(), shop)
		require.NoError(t, err)
		assert.Equal(t, Alive, account.State)
		assert.Empty(t, account.Token)
		_, _, err = vault.ReadWithTokens(t.Context(), shop)
		require.ErrorIs(t, err, ErrNoKeys)
		_, err = vault.SaveAccount(t.Context(), account, "")
		require.ErrorIs(t, err, ErrNoKeys)
	})
	t.Run("an account that was moved to another merchant does not open", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		var stored storedAccount
		store := w.vault().Store
		require.NoError(t, store.Get(t.Context(), storage.AccountCredentials(shop), &stored))
		require.NoError(t, store.Put(t.Context(), storage.AccountCredentials("m-2"), stored))
		_, _, err := w.vault().ReadWithTokens(t.Context(), "m-2")
		require.ErrorIs(t, err, ErrLocked)
	})
	t.Run("an account whose readable part was changed does not open", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		var stored storedAccount
		store := w.vault().Store
		require.NoError(t, store.Get(t.Context(), storage.AccountCredentials(shop), &stored))
		stored.About = json.RawMessage(`{"generation":1,"state":"alive","expires_at":"2199-01-01T00:00:00Z"}`)
		require.NoError(t, store.Put(t.Context(), storage.AccountCredentials(shop), stored))
		_, _, err := w.vault().ReadWithTokens(t.Context(), shop)
		require.ErrorIs(t, err, ErrLocked)
	})
	t.Run("only the first of two writers wins", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		account, etag, err := w.vault().ReadWithTokens(t.Context(), shop)
		require.NoError(t, err)
		_, err = w.vault().SaveAccount(t.Context(), account, etag)
		require.NoError(t, err)
		_, err = w.vault().SaveAccount(t.Context(), account, etag)
		require.ErrorIs(t, err, storage.ErrChanged)
	})
	t.Run("merchants are listed if they have an account", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		_, err := ChangeSettings(t.Context(), w.vault().Store, "m-0", func(s *Settings) error { s.Paused = true; return nil })
		require.NoError(t, err)
		grant := w.pair()
		grant.Merchant = "m-9"
		_, again, err := w.vault().Connect(t.Context(), grant, begin)
		require.NoError(t, err)
		assert.False(t, again)
		merchants, err := w.vault().Merchants(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{shop, "m-9"}, merchants)
		require.NoError(t, w.vault().Disconnect(t.Context(), shop))
		merchants, err = w.vault().Merchants(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []string{"m-9"}, merchants)
	})
	t.Run("an account whose key is lost can be connected again", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		var err error
		w.keys, err = NewKeys()
		require.NoError(t, err)
		_, _, err = w.vault().ReadWithTokens(t.Context(), shop)
		require.ErrorIs(t, err, ErrLocked)
		account, again, err := w.vault().Connect(t.Context(), w.pair(), begin)
		require.NoError(t, err)
		assert.True(t, again)
		assert.EqualValues(t, 2, account.Generation)
		assert.Equal(t, "token-2", w.account().Token.Reveal())
	})
	t.Run("nothing that prints an account shows its tokens", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		account := w.account()
		asJSON, err := json.Marshal(account)
		require.NoError(t, err)
		for _, text := range []string{string(asJSON), fmt.Sprintf("%v %+v %#v", account, account, account)} {
			assert.NotContains(t, text, "token-1")
			assert.NotContains(t, text, "rt-1")
		}
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	t.Run("what an older key encrypted is still read after a rotation", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		older := w.keys
		rotated, err := older.Rotated()
		require.NoError(t, err)
		assert.Equal(t, 2, rotated.Number())
		w.keys = rotated
		account, etag, err := w.vault().ReadWithTokens(t.Context(), shop)
		require.NoError(t, err)
		_, err = w.vault().SaveAccount(t.Context(), account, etag)
		require.NoError(t, err)
		w.account()
		w.keys = older
		_, _, err = w.vault().ReadWithTokens(t.Context(), shop)
		require.ErrorIs(t, err, ErrLocked, "the new key encrypts")
	})
	t.Run("a key set is read as it was written, from a file too", func(t *testing.T) {
		t.Parallel()
		w := connected(t)
		written, err := w.keys.JSON()
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "keys.json")
		require.NoError(t, os.WriteFile(file, []byte(written.Reveal()+"\n"), 0o600))
		for name, read := range map[string]func() (*Keys, error){
			"text": func() (*Keys, error) { return LoadKeys("", written) },
			"file": func() (*Keys, error) { return LoadKeys(file, "") },
		} {
			w.keys, err = read()
			require.NoError(t, err, name)
			assert.Equal(t, "token-1", w.account().Token.Reveal(), name)
		}
	})
	t.Run("without any there are none", func(t *testing.T) {
		t.Parallel()
		keys, err := LoadKeys("", "")
		require.NoError(t, err)
		assert.Nil(t, keys)
	})
	t.Run("two are a mistake, and no key set is quoted", func(t *testing.T) {
		t.Parallel()
		_, err := LoadKeys("some-file", "secret-keys")
		require.ErrorContains(t, err, "keep only one")
		for _, bad := range []string{"secret-keys", `{"primaryKeyId":7,"key":[]}`, `{}`} {
			_, err = ParseKeys(multivende.Secret(bad))
			require.ErrorContains(t, err, "starter accounts-key new")
			assert.NotContains(t, err.Error(), bad)
		}
		_, err = LoadKeys(filepath.Join(t.TempDir(), "none"), "")
		require.ErrorIs(t, err, os.ErrNotExist)
		large := filepath.Join(t.TempDir(), "large")
		require.NoError(t, os.WriteFile(large, bytes.Repeat([]byte(" "), secretfile.Largest+1), 0o600))
		_, err = LoadKeys(large, "")
		require.ErrorContains(t, err, "more than 64 KiB")
	})
	t.Run("they never print a key", func(t *testing.T) {
		t.Parallel()
		keys, err := NewKeys()
		require.NoError(t, err)
		written, err := keys.JSON()
		require.NoError(t, err)
		var set struct {
			Key []struct {
				KeyData struct {
					Value string `json:"value"`
				} `json:"keyData"`
			} `json:"key"`
		}
		require.NoError(t, json.Unmarshal([]byte(written.Reveal()), &set))
		require.Len(t, set.Key, 1)
		printed := fmt.Sprintf("%v %+v %#v %v", keys, keys, keys, written)
		assert.NotContains(t, printed, set.Key[0].KeyData.Value[8:])
	})
}

func TestScopesOfAnAccount(t *testing.T) {
	t.Parallel()
	all := multivende.GrantedConnections{All: true}
	account := Account{Scopes: multivende.Scopes{"read:channels": all, "read:checkouts": all, "write:checkouts": {IDs: []string{"c-1"}}}}
	assert.Empty(t, account.ScopeDoubts("c-1"))
	assert.Contains(t, account.ScopeDoubts("c-2"), "write:checkouts does not name this connection, so the hub may refuse it")
	delete(account.Scopes, "read:channels")
	assert.Contains(t, account.ScopeDoubts("c-1"), "do not include read:channels")
	assert.Empty(t, Account{}.ScopeDoubts("c-1"), "there is no doubt if the hub listed no scopes")
}
