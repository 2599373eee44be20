package activities

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestADurationIsReadAsPeopleWriteIt(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		`"90m"`: 90 * time.Minute, `"1h30m"`: 90 * time.Minute, `5400`: 90 * time.Minute, `0.5`: 500 * time.Millisecond, `""`: 0, `0`: 0,
	} {
		var d Duration
		require.NoError(t, json.Unmarshal([]byte(text), &d), text)
		assert.Equal(t, want, time.Duration(d), text)
	}
	for _, wrong := range []string{`"soon"`, `"90"`, `{}`, `[1]`, `true`} {
		var d Duration
		assert.Error(t, json.Unmarshal([]byte(wrong), &d), wrong)
	}
	data, err := json.Marshal(Duration(90 * time.Minute))
	require.NoError(t, err)
	assert.JSONEq(t, `"1h30m0s"`, string(data))
}

func TestSettings(t *testing.T) {
	t.Parallel()
	t.Run("what is left open comes from below", func(t *testing.T) {
		t.Parallel()
		got := Settings{FalabellaReady: ReadyFromPartner, Asks: 2}.Over(Settings{Asks: 7, HubSpeed: 60}.Over(DefaultSettings()))
		want := DefaultSettings()
		want.FalabellaReady, want.Asks, want.HubSpeed = ReadyFromPartner, 2, 60
		assert.Equal(t, want, got)
	})
	t.Run("nothing is left open by default", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, DefaultSettings(), Settings{}.Over(DefaultSettings()))
	})
	t.Run("the hub's time becomes ours, and never nothing", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, time.Second, Settings{HubSpeed: 600}.Ours(Duration(10*time.Minute)))
		assert.Equal(t, 10*time.Millisecond, Settings{HubSpeed: 600}.Ours(0))
		assert.Equal(t, 10*time.Millisecond, Settings{HubSpeed: 1}.Ours(Duration(-time.Hour)))
	})
	t.Run("an order's status at the label goes out where that is set and the channel wants it", func(t *testing.T) {
		t.Parallel()
		scope := func(channel string, ready FalabellaReady) Scope {
			return Scope{Connection: Connection{Channel: channel}, Settings: Settings{FalabellaReady: ready}}
		}
		assert.True(t, scope("fcom", ReadyAtLabel).StatusAtLabel())
		assert.False(t, scope("fcom", ReadyAtPublish).StatusAtLabel())
		assert.False(t, scope("fcom", ReadyFromPartner).StatusAtLabel())
		assert.False(t, scope("linio", ReadyAtLabel).StatusAtLabel())
	})
}
