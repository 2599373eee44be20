package run

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSecretsComeFromTheirFiles(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.ClientSecretFile = write(t, "client", "of-the-application\n")
	settings.WebhookOutSecretFile = write(t, "out", "signs the webhooks, 16+")
	got, err := settings.withSecrets()
	require.NoError(t, err)
	assert.Equal(t, "of-the-application", got.ClientSecret.Reveal())
	assert.Equal(t, "signs the webhooks, 16+", got.webhook().Secret)
	assert.Empty(t, got.ClientSecretFile+got.WebhookOutSecretFile)
	assert.True(t, settings.hasAccounts(), "a file says as much as a secret")
}

func TestMainNamesEverySecretThatIsWrong(t *testing.T) {
	const planted = "never-shown"
	file := write(t, "secret", planted)
	for _, variable := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "TEMPORAL_API_KEY", "DESPACHO_CLIENT_SECRET", "DESPACHO_WEBHOOK_OUT_SECRET", "DESPACHO_TOKEN"} {
		t.Setenv(variable, planted)
		t.Setenv(variable+"_FILE", file)
	}
	t.Setenv("AWS_SESSION_TOKEN_FILE", write(t, "empty", ""))
	var out bytes.Buffer
	assert.Equal(t, ExitSettings, Main(t.Context(), nil, &out))
	for _, variable := range []string{
		"AWS_ACCESS_KEY_ID_FILE", "AWS_SECRET_ACCESS_KEY_FILE", "AWS_SESSION_TOKEN_FILE", "TEMPORAL_API_KEY_FILE",
		"DESPACHO_CLIENT_SECRET_FILE", "DESPACHO_WEBHOOK_OUT_SECRET_FILE", "DESPACHO_TOKEN_FILE",
	} {
		assert.Contains(t, out.String(), variable)
	}
	assert.NotContains(t, out.String(), planted)
}

func TestMainTakesNoSecretAsAnArgument(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	assert.Equal(t, ExitSettings, Main(t.Context(), []string{"--merchant=m", "--token=never-shown"}, &out))
	assert.Contains(t, out.String(), "--token: others can read it")
	assert.NotContains(t, out.String(), "never-shown")
}
