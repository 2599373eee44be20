package activitiestest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// VaultWith keeps an account with these scopes, whose token still lives so long.
func VaultWith(t *testing.T, store *storage.Store, merchant string, scopes multivende.Scopes, lives time.Duration) *accounts.Vault {
	t.Helper()
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	vault, given := &accounts.Vault{Store: store, Keys: keys}, time.Now().Add(lives-6*time.Hour)
	_, _, err = vault.Connect(t.Context(), multivende.Grant{
		Merchant: merchant, Token: "token-1", RefreshToken: "rt-1", At: given, ExpiresAt: given.Add(6 * time.Hour), RefreshExpiresAt: given.Add(48 * time.Hour), Scopes: scopes,
	}, given)
	require.NoError(t, err)
	return vault
}
