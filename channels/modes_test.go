package channels_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

// split cuts "channel/mode" in two.
func split(pair string) (slug, mode string) {
	slug, mode, _ = strings.Cut(pair, "/")
	return slug, mode
}

// modeFacts are the guide's shipping modes, grouped by what they mean for a label.
var modeFacts = map[string][]string{
	"yes": {
		"mercadolibre/drop_off", "mercadolibre/xd_drop_off", "mercadolibre/cross_docking", "mercadolibre/self_service",
		"mercadolibre/me2", "linio/Dropshipping", "dafiti/Dropshipping", "dafiti/cross docking", "ripley/Dropshipping",
		"ripley/Cross docking", "fcom/Dropshipping", "fcom/crossdocking", "paris/Dropshipping", "paris/scheduled",
		"paris/Dropshipping (scheduled)", "paris/Same Day", "paris/Next Day", "paris/next-day",
		"amazon/std-ez-mx", "amazon/pri-ez-mx", "amazon/expd-ez-mx", "amazon/expr-ez-mx", "amazon/Easy Ship",
		"walmart/Standard", "coppel/standard",
		// Other spellings of the same words.
		"Mercado Libre/DROP-OFF", "mercadolibre/Xd Drop Off", "paris/SAME_DAY", "amazon/STD EZ MX",
	},
	"no": {
		"mercadolibre/fulfillment", "paris/Fulfillment", "fcom/fulfillment", "amazon/fulfillment", "ripley/FULFILLMENT",
		"walmart/fulfillment", "unheard-of/fulfillment",
		"mercadolibre/custom", "mercadolibre/default", "mercadolibre/me1", "mercadolibre/ME1",
	},
	"no, inferred": {
		"mercadolibre/not_specified", "mercadolibre/own logistic", "mercadolibre/own_logistic", "ripley/despacho propio",
		"ripley/Despacho Propio",
	},
	"listed": {
		"amazon/MFN", "amazon/MFN std", "paris/multiple", "paris/múltiple", "paris/Múltiple", "paris/", "paris/a-new-word",
		"linio/cross docking", "coppel/me1", "unheard-of/custom", "totalplay/standard", "liverpool/default",
	},
}

func TestEveryShippingModeIsAsTheGuideSays(t *testing.T) {
	t.Parallel()
	for verdict, pairs := range modeFacts {
		for _, pair := range pairs {
			t.Run(pair+" is "+verdict, func(t *testing.T) {
				t.Parallel()
				mode := channels.ModeOf(split(pair))
				label, _, inferred := strings.Cut(verdict, ", inferred")
				assert.Equal(t, channels.Verdict(label), mode.Label)
				assert.Equal(t, inferred, mode.Inferred)
				if mode.Label == channels.NoLabel {
					assert.NotEmpty(t, mode.Why)
				}
				assert.Equal(t, strings.Contains(pair, "self_service"), mode.OwnPile)
			})
		}
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	table, err := channels.New(map[string]string{
		"bigcommerce": "yes", "Juntoz": "no", "mystery shop": "YES", "mercadolibre/not_specified": "yes",
		"Ripley/Despacho Propio": "listed", "liverpool/own van": "no",
	})
	require.NoError(t, err)

	t.Run("an inferred channel can be switched on", func(t *testing.T) {
		t.Parallel()
		for _, slug := range []string{"bigcommerce", "BigCommerce", "mystery-shop"} {
			ok, reason := table.BySlug(slug).CanLabel("cl")
			assert.True(t, ok, slug)
			assert.Empty(t, reason, slug)
		}
		ok, reason := table.BySlug("juntoz").CanLabel("")
		assert.False(t, ok)
		assert.NotEmpty(t, reason)
	})
	t.Run("an inferred mode can be changed", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, channels.HasLabel, table.ModeOf("mercadolibre", "not specified").Label)
		assert.Equal(t, channels.HubListDecides, table.ModeOf("ripley", "despacho_propio").Label)
		assert.Equal(t, channels.NoLabel, table.ModeOf("liverpool", "Own Van").Label)
		assert.Equal(t, contract.WhyModeSetWithoutLabel, table.ModeOf("liverpool", "Own Van").Why)
	})
	t.Run("everything else stays", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, channels.NoLabel, table.ModeOf("liverpool", "fulfillment").Label)
		assert.Len(t, table.All(), len(channels.All()))
		assert.False(t, channels.BySlug("bigcommerce").Labels)
	})
	t.Run("all mistakes are reported at once", func(t *testing.T) {
		t.Parallel()
		_, err := channels.New(map[string]string{
			"shopify": "yes", "paris": "no", "ripley/fulfillment": "yes", "mercadolibre/custom": "yes", "juntoz": "listed",
			"linio/x": "perhaps", "/x": "yes", "linio/ ": "yes",
		})
		require.Error(t, err)
		for _, words := range []string{
			`"shopify" = "yes": the hub's guide says`, `"paris" = "no"`, `"ripley/fulfillment"`, `"mercadolibre/custom"`,
			`"juntoz" = "listed": a channel must be yes or no`, `"linio/x" = "perhaps": must be`, `"/x" = "yes": names no channel`,
			`"linio/ " = "yes": names no shipping mode`,
		} {
			assert.ErrorContains(t, err, words)
		}
	})
	t.Run("no overrides give the guide's table", func(t *testing.T) {
		t.Parallel()
		table, err := channels.New(nil)
		require.NoError(t, err)
		assert.Equal(t, channels.All(), table.All())
	})
}
