package channels_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
)

func TestOneNameForACourier(t *testing.T) {
	t.Parallel()
	standard, err := channels.New(nil)
	require.NoError(t, err)
	for word, name := range map[string]string{
		"Blue Express": "Blue Express", "BLX": "Blue Express", "BLUEXPRESS": "Blue Express", "blue-express": "Blue Express", "BlueXpress": "Blue Express",
		"CHILEXPRESS": "Chilexpress", "Starken": "Starken", "correos de chile": "CorreosChile", "99 minutos": "99 Minutos", "ESTAFETA": "Estafeta",
		"Inter Rapidísimo": "Interrapidísimo", "Flota Ñandú": "Flota Ñandú", "": "", "--": "--",
	} {
		assert.Equal(t, name, standard.CourierName(word), word)
	}
	own, err := channels.New(channels.CourierOverrides(map[string]string{"Blue": "BLX", "Flota propia": "Flota 1, flota uno"}))
	require.NoError(t, err)
	for word, name := range map[string]string{"blx": "Blue", "Blue": "Blue", "FLOTA-1": "Flota propia", "flota  propia": "Flota propia", "Flota Uno": "Flota propia", "BLUEXPRESS": "Blue Express"} {
		assert.Equal(t, name, own.CourierName(word), word)
	}
}

func TestSpellingsOfAnUnknownCourierCountAsOne(t *testing.T) {
	t.Parallel()
	assert.Equal(t, channels.CourierKey("Flota Ñandú"), channels.CourierKey("FLOTA-NANDU."))
	assert.NotEqual(t, channels.CourierKey("Flota 1"), channels.CourierKey("Flota 2"))
	assert.NotEqual(t, channels.CourierKey("--"), channels.CourierKey(""))
}
