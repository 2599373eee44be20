package run

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage/storagetest"
)

var _ activities.Hubs = (*hubs)(nil)

func TestHubServesOneMerchant(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.HubSpeed = 600
	hubs := newHubs(settings, func(context.Context, multivende.Call) {}, func(string, time.Duration) {}, onlyWorker(t, storagetest.New(t)))
	t.Cleanup(hubs.close)

	client, err := hubs.Hub("merchant-1")
	require.NoError(t, err)
	assert.Equal(t, "merchant-1", client.Merchant())
	assert.InEpsilon(t, 600.0, client.Clock().Speed(), 1e-9)

	client, err = hubs.Hub("merchant-2")
	assert.Nil(t, client)
	assert.Equal(t, multivende.NotAuthorised, multivende.ClassOf(err))
	assert.ErrorContains(t, err, "serves merchant merchant-1 only")
	assert.ErrorContains(t, err, "merchant-2")
}

func TestHubConfigTakesTheTokenFromItsFile(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.Token, settings.TokenFile = "", write(t, "token", "from-file\n")
	token, err := settings.hubConfig().Token.Token(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "from-file", token)
}
