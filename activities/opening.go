package activities

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// PausedNow says why the merchant's account cannot be used now; empty when it can. A nil vault has no
// accounts.
func PausedNow(ctx context.Context, vault *accounts.Vault, merchant string, settings contract.Settings) (string, error) {
	if vault == nil {
		return "", nil
	}
	account, err := vault.ReadPublic(ctx, merchant)
	if errors.Is(err, accounts.ErrNotConnected) {
		return "", nil
	}
	usable := account.State == accounts.Alive || account.Usable(account.HubNow(time.Now(), settings.Over(contract.DefaultSettings()).HubSpeed))
	return lo.Ternary(usable, "", wording.Reason(contract.WhyAccountPaused).Words), err
}

// SameJSON says whether two texts are the same JSON value.
func SameJSON(a, b json.RawMessage) bool {
	var left, right any
	if json.Unmarshal(a, &left) != nil || json.Unmarshal(b, &right) != nil {
		return false
	}
	first, err1 := json.Marshal(left)
	second, err2 := json.Marshal(right)
	return err1 == nil && err2 == nil && string(first) == string(second)
}
