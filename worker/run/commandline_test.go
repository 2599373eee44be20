package run

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service"
)

func TestMainNamesEveryWrongVariableAtOnce(t *testing.T) {
	t.Setenv("DESPACHO_HUB_PARALLEL", "many")
	t.Setenv("DESPACHO_DRAIN", "soon")
	t.Setenv("DESPACHO_HUB_SPEED", "fast")
	t.Setenv("DESPACHO_CHANNELS", "bigcommerce")
	t.Setenv("DESPACHO_BUCKET", "Not A Bucket")
	t.Setenv("DESPACHO_FILES_PARALLEL", " ")
	t.Setenv("DESPACHO_TOKEN", "secret-token")
	t.Setenv("DESPACHO_TOKEN_FILE", "")
	t.Setenv("DESPACHO_MERCHANT", "")
	var out bytes.Buffer
	assert.Equal(t, ExitSettings, Main(t.Context(), nil, &out))
	for _, sentence := range []string{
		`error: DESPACHO_HUB_PARALLEL: "many" is not a whole number; leave it empty for 16`,
		`error: DESPACHO_DRAIN: "soon" is not a duration such as 30s; leave it empty for 30s`,
		`error: DESPACHO_HUB_SPEED: "fast" is not a number; leave it empty for 1`,
		`error: DESPACHO_CHANNELS: "bigcommerce" is not a list of name=value with semicolons between them; leave it empty for none`,
		`error: DESPACHO_BUCKET: `,
		`error: DESPACHO_MERCHANT: `,
	} {
		assert.Contains(t, out.String(), sentence)
	}
	assert.NotContains(t, out.String(), "FILES_PARALLEL", "a variable set to nothing has its default")
	assert.NotContains(t, out.String(), "secret-token")
}

func TestMainRefusesUnknownFlags(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	assert.Equal(t, ExitSettings, Main(t.Context(), []string{"--nonsense"}, &out))
	assert.Contains(t, out.String(), "--nonsense")
}

func TestMainHealthNeedsNoOtherSetting(t *testing.T) {
	served, err := service.Listen(t.Context(), "DESPACHO_LISTEN", "127.0.0.1:0", service.NewReadiness("worker"), metricsOf(t).Registry)
	require.NoError(t, err)
	t.Setenv("DESPACHO_LISTEN", served.Address())
	t.Setenv("DESPACHO_HUB_PARALLEL", "many")
	var out bytes.Buffer
	assert.Equal(t, ExitOrderly, Main(t.Context(), []string{"health"}, &out), out.String())
	served.Close()
	assert.Equal(t, ExitBroken, Main(t.Context(), []string{"health"}, &out))
	assert.Contains(t, out.String(), "error: the worker does not answer")
}

func TestMainEndsInOrderWhileItWaits(t *testing.T) {
	t.Setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
	t.Setenv("TEMPORAL_CONFIG_FILE", write(t, "temporal.toml", ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	code := Main(ctx, []string{"--merchant=m", "--token-file=" + write(t, "token", "t"), "--listen=127.0.0.1:0"}, &out)
	assert.Equal(t, ExitOrderly, code, out.String())
}
