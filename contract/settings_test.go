package contract_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

func TestADurationIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		`"90m"`: 90 * time.Minute, `"1h30m"`: 90 * time.Minute, `5400`: 90 * time.Minute, `0.5`: 500 * time.Millisecond, `""`: 0, `0`: 0,
	} {
		var d contract.Duration
		require.NoError(t, json.Unmarshal([]byte(text), &d), text)
		assert.Equal(t, want, time.Duration(d), text)
	}
	for _, wrong := range []string{`"soon"`, `"90"`, `{}`, `[1]`, `true`} {
		var d contract.Duration
		assert.Error(t, json.Unmarshal([]byte(wrong), &d), wrong)
	}
	data, err := json.Marshal(contract.Duration(90 * time.Minute))
	require.NoError(t, err)
	assert.JSONEq(t, `"1h30m0s"`, string(data))
}

func TestSettings(t *testing.T) {
	t.Parallel()
	t.Run("what is left open comes from below", func(t *testing.T) {
		t.Parallel()
		got := contract.Settings{FalabellaReady: contract.ReadyFromPartner, Asks: 2}.Over(contract.Settings{Asks: 7, HubSpeed: 60}.Over(contract.DefaultSettings()))
		want := contract.DefaultSettings()
		want.FalabellaReady, want.Asks, want.HubSpeed = contract.ReadyFromPartner, 2, 60
		assert.Equal(t, want, got)
	})
	t.Run("nothing is left open by default", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, contract.DefaultSettings(), contract.Settings{}.Over(contract.DefaultSettings()))
	})
	t.Run("the hub's time becomes ours, and never nothing", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, time.Second, contract.Settings{HubSpeed: 600}.Ours(contract.Duration(10*time.Minute)))
		assert.Equal(t, 10*time.Millisecond, contract.Settings{HubSpeed: 600}.Ours(0))
		assert.Equal(t, 10*time.Millisecond, contract.Settings{HubSpeed: 1}.Ours(contract.Duration(-time.Hour)))
	})
}
