package sandbox

import (
	"net/http"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWordsOfSalesOnDemand(t *testing.T) {
	t.Parallel()
	spanish, err := ParseSaleWords("es")
	require.NoError(t, err)
	own, err := ParseSaleWords(`{"payment/completed":"verde","verified":""}`)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		words map[string]string
		want  object
	}{
		"the guide's":                      {nil, object{"paymentStatus": "completed", "verificationStatus": "verified"}},
		"Spanish ones, under another name": {spanish, object{"paymentStatus": "completado", "verifyStatus": "verificado"}},
		"one's own, and one left out":      {own, object{"paymentStatus": "verde"}},
	} {
		v := visit(t, Options{Dialect: Dialect{SaleWords: c.words}})
		shown := v.get("/api/checkouts/" + v.orders("paris", FateLabelable)[0].Checkouts[0])
		got := lo.PickByKeys(shown, []string{"paymentStatus", "verificationStatus", "verifyStatus"})
		assert.Equal(t, c.want, object(got), name)
	}
	_, err = ParseSaleWords("fr")
	require.ErrorContains(t, err, "give es or a JSON object")
}

func TestCountriesOnDemand(t *testing.T) {
	t.Parallel()
	for countries, want := range map[string]any{"": "cl", "codes": "cl", "names": "Chile", "none": nil} {
		v := visit(t, Options{Dialect: Dialect{Countries: countries}})
		list := v.get("/api/m/" + v.hub.Merchant() + "/marketplace-connections/p/1")
		paris, _ := lo.Find(list["entries"].([]any), func(c any) bool { return c.(object)["provider"] == "paris" })
		assert.Equal(t, want, paris.(object)["country"], countries)
	}
	_, err := New(Options{Dialect: Dialect{Countries: "flags"}})
	require.ErrorContains(t, err, "codes, names or none")
}

func TestStatusLinksOnDemand(t *testing.T) {
	t.Parallel()
	linked := func(v visitor, id string) bool {
		shown := v.get("/api/delivery-orders/" + id)
		one, _ := shown["DeliveryOrderStatusLink"]
		list, _ := one.([]any)
		several, _ := shown["DeliveryOrderStatusLinks"].([]any)
		return len(list)+len(several) > 0 || one != nil && list == nil
	}
	for links, want := range map[string][]bool{"late": {false, true}, "never": {false, false}} {
		v := visit(t, Options{Dialect: Dialect{StatusLinks: links}})
		o := v.orders("fcom", FateLabelable)[0]
		v.send(o.ID, shipped)
		got := []bool{linked(v, o.ID)}
		v.time.pass(5 * time.Minute)
		assert.Equal(t, want, append(got, linked(v, o.ID)), links)
	}
	_, err := New(Options{Dialect: Dialect{StatusLinks: "red"}})
	require.ErrorContains(t, err, "shown, late or never")
}

func TestScopeIDsOfSomethingElse(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Dialect: Dialect{OtherScopeIDs: true}, Scopes: Scopes{readCheckouts: {Connections: []string{"Paris"}}}})
	paris, _ := lo.Find(v.hub.connections, func(c *connection) bool { return c.name == "Paris" })
	single := v.hub.oauth.scopes.view(v.hub.connections, 0, v.hub.scopeID)[readCheckouts].(map[string]bool)
	assert.NotContains(t, single, paris.id)
	assert.True(t, single[v.hub.scopeID(paris)])
}

func TestTrackingOfPickUps(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	v := visit(t, options)
	write := func(channel string) (ReportPickUp, int) {
		p, there := lo.Find(v.hub.Report().PickUps, func(p ReportPickUp) bool { return p.Channel == channel })
		require.True(t, there, channel)
		code := v.call(http.MethodPut, "/api/pick-up-orders/"+p.ID, object{"trackingNumber": "T-9", "courierName": "Correo Propio"}, v.hub.Token()).Code
		return p, code
	}
	p, code := write("vtex")
	assert.Equal(t, http.StatusOK, code)
	shown := v.get("/api/pick-up-orders/" + p.ID)
	assert.Equal(t, []any{"T-9", "Correo Propio", nil}, []any{shown["trackingNumber"], shown["courierName"], shown["trackingUrl"]})
	_, code = write("mercadolibre")
	assert.Equal(t, http.StatusBadRequest, code)
	again := visit(t, Options{Dir: asItStands(t, options.Dir)})
	assert.Equal(t, v.hub.Report().PickUps, again.hub.Report().PickUps)
}
