package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	const token = "tok-3f9c-never-shown"
	settings := validSettings()
	settings.Token = token

	var log bytes.Buffer
	for _, format := range []string{"json", "text"} {
		settings.LogFormat = format
		service.NewLogger(&log, settings.LogLevel, settings.LogFormat).Info("settings", "all", settings, "token", settings.Token)
	}
	asJSON, err := json.Marshal(settings)
	require.NoError(t, err)

	texts := map[string]string{"log": log.String(), "JSON": string(asJSON)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%5.3t"} {
		texts[verb] = fmt.Sprintf(verb, settings)
		texts[verb+" alone"] = fmt.Sprintf(verb, settings.Token)
		texts[verb+" behind a pointer"] = fmt.Sprintf(verb, &settings.Token)
	}
	for name, text := range texts {
		assert.NotContains(t, text, token, name)
	}
	assert.Contains(t, texts["JSON"], "***")
	assert.Equal(t, slog.StringValue("***"), settings.Token.LogValue())
	assert.Equal(t, token, settings.Token.Reveal())
	assert.Empty(t, Secret("").String(), "a missing secret is seen to be missing")
}

func TestComplaintsNeverQuoteTheToken(t *testing.T) {
	t.Parallel()
	const token = "tok 3f9c\x00never-shown"
	settings := Settings{Token: token, TokenFile: write(t, "token", token)}
	assert.NotContains(t, settings.Validate().Error(), "never-shown")
	settings.Token = ""
	assert.NotContains(t, settings.Validate().Error(), "never-shown")
	settings = Settings{Hub: "https://user:never-shown@hub.example.com"}
	assert.NotContains(t, settings.Validate().Error(), "never-shown")
}
