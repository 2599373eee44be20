package tickets

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/multivende/sandbox"
)

func TestFinalWordsAreKnownInAnyCase(t *testing.T) {
	t.Parallel()
	for words, final := range map[string]bool{
		"The order status is Shipped":      true,
		"E063: invalid package":            true,
		`{"cause":"NOT_PRINTABLE_STATUS"}`: true,
		"Intenta de nuevo más tarde":       false,
		"":                                 false,
		"the label service of the marketplace does not respond": false,
	} {
		assert.Equal(t, final, finalWords(words), words)
	}
}

func TestFinalWordsAreStillThereWhenTheClientHasLeftOutNames(t *testing.T) {
	t.Parallel()
	faults := lo.Map(finalWordings, func(final string, _ int) sandbox.Fault {
		return sandbox.Fault{Route: "delivery-order", Answer: "400", Says: "Juan Pérez: " + final + " for him"}
	})
	w := newWorld(t, sandbox.Options{Orders: 1, Faults: faults})
	for _, final := range finalWordings {
		_, err := w.Client.DeliveryOrder(t.Context(), "d-1")
		assert.True(t, finalWords(activities.HubWords(err)), "%s, of which is left: %s", final, activities.HubWords(err))
		assert.NotContains(t, activities.HubWords(err), "Juan")
	}
}
