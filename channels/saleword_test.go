package channels_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
)

func TestWordsOfASale(t *testing.T) {
	t.Parallel()
	table, err := channels.New(nil)
	require.NoError(t, err)
	read := map[string]func(string) channels.Standing{channels.Payment: table.PaymentOf, channels.Verification: table.VerificationOf}
	cases := map[string]map[channels.Standing][]string{
		channels.Payment: {
			channels.StandingGood:      {"completed", "COMPLETED", "completado", "Pagado", "approved", "Aprobado", "accredited", "acreditado", "Pago aprobado", "aprovado", "concluído", "Pago de la venta: aprobado", "payment_approved"},
			channels.StandingOpen:      {"pending", "pendiente", "Pendiente de pago", "rejected", "rechazado", "in_process", "En proceso", "authorized", "recusado", "não pago", "no-pagado", "pago pendiente", "Estado: pendiente"},
			channels.StandingCancelled: {"refunded", "reembolsado", "cancelled", "Canceled", "cancelado", "Anulada", "charged_back", "estornado"},
			channels.StandingMissing:   {"", " ", "null"},
			channels.StandingUnknown:   {"liquidación", "verde", "partially_refunded", "nunca aprobado", "aprobado y devuelto", "approved, then refunded", "pago de la orden verde"},
		},
		channels.Verification: {
			channels.StandingGood:    {"verified", "verificado", "Verificada", "validated", "confirmed", "Confirmado", "aprobado", "VÁLIDO", "Validado OK"},
			channels.StandingOpen:    {"pending", "pendiente", "por verificar", "Por_Verificar", "no verificado", "sin-verificar", "rechazado", "cancelado"},
			channels.StandingMissing: {"", "null"},
			channels.StandingUnknown: {"verde", "3", "sin ok", "no está verificado", "ok pendiente"},
		},
	}
	for member, standings := range cases {
		for standing, words := range standings {
			for _, word := range words {
				assert.Equal(t, standing, read[member](word), "%s %q", member, word)
			}
		}
	}
	for word, cancelled := range map[string]bool{"cancelled": true, "Canceled": true, "CANCELADO": true, "anulada": true, "created": false, "": false, "not-delivered": false, "verde": false} {
		assert.Equal(t, cancelled, table.IsCancelled(word), word)
	}
}

func TestWordsOfASaleCanBeSettled(t *testing.T) {
	t.Parallel()
	table, err := channels.New(map[string]string{
		"payment/Verde": "good", "verification/semáforo rojo": "open", "sale/dada de baja": "off", "payment/authorized": "good",
	})
	require.NoError(t, err)
	assert.Equal(t, channels.StandingGood, table.PaymentOf("VERDE"))
	assert.Equal(t, channels.StandingGood, table.PaymentOf("Authorized"), "our own guess can be changed")
	assert.Equal(t, channels.StandingUnknown, table.VerificationOf("verde"), "of another member")
	assert.Equal(t, channels.StandingOpen, table.VerificationOf("Semaforo_Rojo"))
	assert.True(t, table.IsCancelled("Dada de Baja"))
	assert.Equal(t, "DESPACHO_CHANNELS=payment/verde=good", channels.SettingThatAllows(channels.Payment, " verde "))
}

func TestEveryWrongOverrideIsNamed(t *testing.T) {
	t.Parallel()
	_, err := channels.New(map[string]string{
		"payment/pending": "good", "verification/x": "maybe", "payment/ ": "good", "country/walmart": "Chilito", "country/": "cl",
		"courier/-": "DHL", "courier/BLX": " ", "paris": "no", "payment/pagado": "open",
	})
	for _, part := range []string{
		`"payment/pending" = "good": the hub's guide says what this word means (open)`, `"verification/x" = "maybe": must be good, open or off`,
		`"payment/ " = "good": names no word`, `"country/walmart" = "Chilito": names no country`, `"country/" = "cl": names no connection`,
		`"courier/-" = "DHL": names no courier`, `"courier/BLX" = " ": names no courier`, `"paris" = "no"`,
	} {
		assert.ErrorContains(t, err, part)
	}
	assert.NotContains(t, err.Error(), "pagado", "our own reading of a word can be changed")
}

func TestOverridesThatMatterToAChannel(t *testing.T) {
	t.Parallel()
	all := map[string]string{"country/1": "cl", "payment/verde": "good", "courier/BLX": "Blue", "paris/x": "yes", "ripley/x": "no"}
	assert.Equal(t, map[string]string{"payment/verde": "good", "courier/BLX": "Blue", "paris/x": "yes"}, channels.OverridesFor(all, "Paris"))
	assert.Nil(t, channels.OverridesFor(map[string]string{"country/1": "cl"}, "paris"))
}
