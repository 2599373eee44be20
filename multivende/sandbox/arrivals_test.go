package sandbox

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// came are the orders that came while the world ran.
func (v visitor) came() []ReportOrder {
	v.Helper()
	return lo.Filter(v.hub.Report().Orders, func(o ReportOrder, _ int) bool { return o.Life != "" })
}

func TestArrivals(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Arrivals: 20, Speed: 3600})
	assert.Empty(t, v.came())
	v.time.pass(24 * time.Second)
	came := v.came()
	assert.InDelta(t, 480, len(came), 120, "a day of them")
	lives := lo.CountValuesBy(came, func(o ReportOrder) SaleLife { return o.Life })
	for _, life := range []SaleLife{LifePlain, LifePaidLater, LifeCancelledLater, LifeRepaired, LifeNoLabel} {
		assert.Positive(t, lives[life], life)
	}
	assert.Greater(t, lives[LifePlain], 4*lives[LifePaidLater])
	changed := v.all("/checkouts/light", url.Values{"_updated_at_from": {v.hub.start.Format(time.RFC3339)}})
	for i := range changed[1:] {
		require.GreaterOrEqual(t, changed[i]["updatedAt"], changed[i+1]["updatedAt"])
	}
	assert.Len(t, lo.UniqBy(changed, func(s object) any { return s["_id"] }), len(changed))
	for _, o := range came[:50] {
		require.True(t, o.Deadline.After(o.CreatedAt), o.Code)
	}
	o, _ := lo.Find(came, func(o ReportOrder) bool { return o.Channel == "mercadolibre" && o.Life == LifePlain })
	assert.Contains(t, v.available(o.Connection), o.ID)
	assert.Equal(t, o.Checkouts[0], v.get("/api/checkouts/" + o.Checkouts[0])["_id"])
}

func TestArrivalsAreTheSameForASeed(t *testing.T) {
	t.Parallel()
	worlds := make([]Report, 2)
	for i, step := range []time.Duration{time.Hour, 90 * time.Second} {
		v := visit(t, Options{Arrivals: 30, Seed: 9})
		for passed := time.Duration(0); passed < 3*time.Hour; passed += step {
			v.time.pass(step)
			v.hub.Report()
		}
		worlds[i] = v.hub.Report()
	}
	assert.Equal(t, worlds[0], worlds[1], "however often anybody looks")
}

func TestSalesComeWhenTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{Speed: 60})
	v.come(object{"count": 10, "spread": "10m", "connection": "Tienda Norte", "life": "plain"})
	assert.Len(t, lo.UniqBy(v.came(), func(o ReportOrder) string { return o.Checkouts[0] }), 1)
	v.time.pass(5 * time.Second)
	assert.Len(t, lo.UniqBy(v.came(), func(o ReportOrder) string { return o.Checkouts[0] }), 6)
	v.come(object{"count": 2, "spread": "10s", "clock": "ours", "connection": "fcom", "life": "plain"})
	v.time.pass(4900 * time.Millisecond)
	falabella := func() int { return lo.CountBy(v.came(), func(o ReportOrder) bool { return o.Channel == "fcom" }) }
	before := falabella()
	v.time.pass(200 * time.Millisecond)
	assert.Greater(t, falabella(), before)
	for name, body := range map[string]object{
		"none": {"count": 0}, "too many": {"count": 100_001}, "a spread that is none": {"count": 1, "spread": "soon"},
		"a connection that is none": {"count": 1, "connection": "nobody"}, "a life that is none": {"count": 1, "life": "long"},
		"a clock that is none": {"count": 1, "clock": "wall"}, "a mode of no connection": {"count": 1, "shipping_mode": "me1"},
		"a mode of another": {"count": 1, "connection": "dafiti", "shipping_mode": "me1"}, "a mode of a shop": {"count": 1, "connection": "vtex", "shipping_mode": "Standard"},
	} {
		assert.Equal(t, http.StatusBadRequest, v.call(http.MethodPost, "/sandbox/sales", body, "").Code, name)
	}
}

func TestSaleThatIsPaidLater(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	v.come(object{"count": 6, "life": "paid_later"})
	paid := func() int {
		return lo.CountBy(v.came(), func(o ReportOrder) bool {
			s := v.get("/api/checkouts/" + o.Checkouts[0])
			return s["paymentStatus"] == "completed" && s["verificationStatus"] == "verified"
		})
	}
	assert.Zero(t, paid())
	v.time.pass(2 * time.Hour)
	assert.Equal(t, len(v.came()), paid())
}

func TestSaleThatIsCancelledLater(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	v.come(object{"count": 2, "life": "cancelled_later", "connection": "paris"})
	v.come(object{"count": 1, "life": "cancelled_later", "connection": "Tienda Norte"})
	orders := v.came()
	v.ask("paris", orders[0].ID)
	bound := orders[len(orders)-1]
	v.ask("mercadolibre", bound.ID)
	v.time.pass(4 * time.Hour)
	assert.True(t, v.order(orders[0].ID).Cancelled, "labelled, and cancelled all the same")
	assert.Equal(t, "labelled", v.order(orders[0].ID).Expected)
	assert.Equal(t, "cancelled", v.order(orders[1].ID).Expected)
	assert.False(t, v.order(bound.ID).Cancelled, "nobody can, once Mercado Libre's label is asked for")
}

func TestSaleThatFailsToRegister(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	list := func() []object { return v.all("/checkouts/with-error", nil) }
	old := list()
	require.NotEmpty(t, old, "some failed before the world began")
	v.come(object{"count": 1, "life": "repaired", "connection": "paris"})
	assert.Empty(t, v.came())
	failed := list()[0]
	assert.Len(t, list(), len(old)+1)
	assert.Equal(t, http.StatusNotFound, v.call(http.MethodGet, "/api/checkouts/"+failed["_id"].(string), nil, v.hub.Token()).Code)
	assert.Equal(t, []any{nil, "disabled", "error", v.connection("paris").ID},
		[]any{failed["externalContent"], failed["archived"], failed["eventStatus"], failed["MarketplaceConnectionId"]})
	assert.Contains(t, failed["error"], "order_not_found")
	v.time.pass(3 * time.Hour)
	came := v.came()
	require.NotEmpty(t, came)
	assert.NotEqual(t, failed["_id"], came[0].Checkouts[0])
	sale := v.hub.saleByID[came[0].Checkouts[0]]
	assert.Equal(t, failed["externalId"], sale.externalID)
	told := v.hub.Report().Failures
	assert.Equal(t, came[0].Checkouts[0], told[len(told)-1].RepairedAs)
}

func TestArrivalsAreJournalled(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir(), Arrivals: 60, Speed: 10}
	v := visit(t, options)
	v.time.pass(10 * time.Minute)
	v.come(object{"count": 20, "spread": "2h"})
	v.time.pass(5 * time.Minute)
	v.ask("paris", v.orders("paris", FateLabelable)[0].ID)
	v.time.pass(time.Minute)
	v.come(object{"count": 1})
	before := v.hub.Report()
	options.Dir = asItStands(t, options.Dir)
	again := visit(t, options)
	after := again.hub.Report()
	before.Now, after.Now = time.Time{}, time.Time{}
	before.OAuth.TokenMinutesLeft, after.OAuth.TokenMinutesLeft = 0, 0
	assert.Equal(t, len(before.Orders), len(after.Orders))
	assert.Equal(t, before.Failures, after.Failures)
	assert.Equal(t, before.Orders[:len(before.Orders)], after.Orders[:len(before.Orders)])
	_, err := New(Options{Dir: options.Dir, Arrivals: 61, Speed: 10})
	require.ErrorIs(t, err, ErrOtherWorld)
}

func TestSalesComeOfAShippingMode(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	v := visit(t, Options{Dir: folder})
	v.come(object{"count": 9, "connection": "mercadolibre", "life": "plain", "shipping_mode": "me1"})
	v.come(object{"count": 9, "connection": "amazon", "life": "plain", "shipping_mode": "MFN"})
	came := v.came()
	for _, o := range came {
		switch o.Channel {
		case "mercadolibre":
			assert.Equal(t, FateUnsupported, o.Fate)
			assert.Equal(t, "me1", o.Mode)
			assert.Empty(t, o.TrackNumber, "the seller reports it")
		case "amazon":
			assert.Equal(t, FateLabelable, o.Fate)
			assert.Equal(t, "MFN", o.Mode)
			assert.NotEmpty(t, o.TrackNumber)
		}
	}
	require.GreaterOrEqual(t, len(came), 18)
	require.NoError(t, v.hub.Close())
	again, err := New(Options{Dir: folder, Now: v.time.now})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, again.Close()) })
	modes := func(orders []ReportOrder) []string {
		return lo.Map(orders, func(o ReportOrder, _ int) string { return o.ID + " " + o.Mode })
	}
	assert.Subset(t, modes(again.Report().Orders), modes(came), "also after a new start")
}
