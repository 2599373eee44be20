package sandbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/samber/lo"
)

// SaleLife says how a sale develops that comes while the world runs.
type SaleLife string

// The lives of a sale.
const (
	LifePlain          SaleLife = "plain"           // paid from the beginning
	LifePaidLater      SaleLife = "paid_later"      // paid 5 minutes to 2 hours later
	LifeCancelledLater SaleLife = "cancelled_later" // cancelled 10 minutes to 4 hours later, labelled or not
	LifeRepaired       SaleLife = "repaired"        // fails to register, and is registered under another id 20 minutes to 3 hours later
	LifeNoLabel        SaleLife = "no_label"        // of a shipping mode without a label
)

// lives are how often each comes, in hundredths; the rest is plain.
var lives = []struct {
	life  SaleLife
	share int
}{{LifePaidLater, 8}, {LifeCancelledLater, 5}, {LifeRepaired, 4}, {LifeNoLabel, 2}}

// arrival is a sale that is to come. What is empty is drawn.
type arrival struct {
	connection *connection
	life       SaleLife
	mode       string // its shipping mode, one of the connection's
	pickUp     bool   // its buyer picks it up: a pick-up instead of deliveries
}

// failure is a sale that the hub could not register.
type failure struct {
	id, externalID string
	connection     *connection
	at, repairedAt time.Time
	repaired       string // the id of the sale that it became; empty for not yet
}

// expectArrivals lets sales come by themselves, at a rate per hour of the hub's clock.
func (h *Hub) expectArrivals(from time.Time, number uint64) {
	if h.options.Arrivals <= 0 {
		return
	}
	dice := rand.New(rand.NewPCG(uint64(h.options.Seed), number<<32))
	pause := time.Duration(dice.ExpFloat64() * float64(time.Hour) / h.options.Arrivals)
	h.schedule(from.Add(max(pause, time.Millisecond)).Truncate(time.Millisecond), func(at time.Time) {
		h.arrive(at, arrival{})
		h.expectArrivals(at, number+1)
	})
}

// expectSales lets a number of sales come, evenly spread over a time from now on.
func (h *Hub) expectSales(now time.Time, count int, spread time.Duration, like arrival) {
	for i := range count {
		at := now.Add(spread * time.Duration(i) / time.Duration(count)).Truncate(time.Millisecond)
		h.schedule(at, func(at time.Time) { h.arrive(at, like) })
	}
	h.settle(now)
}

// arrive brings a sale into the world.
func (h *Hub) arrive(at time.Time, like arrival) {
	g := &generator{hub: h, id: h.id, start: at}
	n := g.number()
	g.dice = rand.New(rand.NewPCG(uint64(h.options.Seed), n))
	c, life := like.connection, like.life
	if c == nil {
		c = h.drawConnection(g.dice)
	}
	if life == "" {
		life = drawLife(g.dice)
	}
	after := func(least, span time.Duration) time.Time {
		return at.Add(least + time.Duration(g.dice.Int64N(int64(span)))).Truncate(time.Millisecond)
	}
	if life == LifeRepaired {
		f := &failure{id: h.id("failed sale %d", n), externalID: externalID(n), connection: c, at: at, repairedAt: after(20*time.Minute, 160*time.Minute)}
		h.failures = append(h.failures, f)
		h.tell(at, aboutCheckouts, f.id, f.id, c)
		h.schedule(f.repairedAt, func(at time.Time) {
			g.start = at
			s := h.join(g, arrival{c, life, like.mode, like.pickUp}, n, at)
			f.repaired = s.id
		})
		return
	}
	s := h.join(g, arrival{c, life, like.mode, like.pickUp}, n, at)
	switch life {
	case LifePaidLater:
		h.schedule(after(5*time.Minute, 115*time.Minute), func(at time.Time) { h.pay(at, s) })
	case LifeCancelledLater:
		h.schedule(after(10*time.Minute, 230*time.Minute), func(at time.Time) {
			bound := slices.ContainsFunc(s.orders, func(o *order) bool { return o.given > 0 })
			if c.provider != "mercadolibre" || !bound {
				h.cancelSale(at, s)
			}
		})
	case LifePlain, LifeRepaired, LifeNoLabel:
	}
}

// join makes the sale with its orders and puts them where the lists show them.
func (h *Hub) join(g *generator, like arrival, n uint64, at time.Time) *sale {
	c, life := like.connection, like.life
	fate, mode := FateLabelable, "Standard"
	switch {
	case c.channel == nil:
		fate = FateShop
	case like.mode != "":
		mode = like.mode
		if slices.Contains(c.channel.without, mode) {
			fate = FateUnsupported
		}
	case life == LifeNoLabel && len(c.channel.without) > 0:
		fate, mode = FateUnsupported, g.pick(c.channel.without)
	default:
		mode = g.pick(c.channel.modes)
	}
	s := g.saleNumbered(c, at, n)
	s.life, s.updatedAt = life, at
	if life == LifePaidLater {
		s.payment = "pending"
		if s.shape%3 == 0 {
			s.payment, s.verification = "completed", "pending"
		}
	}
	deliveries := 1
	if fate == FateLabelable && n%17 == 5 {
		deliveries = 2
	}
	if like.pickUp {
		deliveries = 0
	}
	for range deliveries {
		o := g.order(s, fate, mode)
		if n%13 == 4 {
			g.parcel(o)
		}
		o.filePaper(int(n % 4))
		h.comeIn(o, at)
	}
	if n%23 == 5 && len(s.orders) == 1 && (c.provider == "mercadolibre" || c.provider == "paris") {
		s.orders[0].cancelItem()
	}
	if n%19 == 7 || like.pickUp {
		g.pickUp(s)
	}
	h.sales = append(h.sales, s)
	c.sales, h.sales = toFront(c.sales, s), toFront(h.sales, s)
	h.tellSale(at, s)
	return s
}

// comeIn brings a new order to its state when its sale comes.
func (h *Hub) comeIn(o *order, at time.Time) {
	o.updatedAt, o.status, o.onChannel = at, pending, pending
	if o.handlingLimit.Before(at.Add(4 * time.Hour)) {
		o.handlingLimit = at.Truncate(time.Hour).Add(6 * time.Hour)
	}
	c := o.connection
	switch {
	case o.fate != FateLabelable && o.takesTracking(): // until the seller reports it
	case o.fate != FateLabelable || c.channel.first == "":
		o.tracking, o.ready = o.parcels[0].tracking, o.fate == FateLabelable
	case len(o.sales[0].orders) == 1:
		o.trackingAtReady = true
	default:
		o.tracking = o.parcels[0].tracking
	}
	h.samples.give(o)
	c.orders = toFront(c.orders, o)
}

func (h *Hub) pay(at time.Time, s *sale) {
	if s.cancelled {
		return
	}
	s.payment, s.verification = "completed", "verified"
	h.touch(at, s)
}

// touch makes a sale the one that was changed last.
func (h *Hub) touch(at time.Time, s *sale) {
	s.updatedAt = at
	s.connection.sales, h.sales = toFront(s.connection.sales, s), toFront(h.sales, s)
	h.tellSale(at, s)
}

func (h *Hub) drawConnection(dice *rand.Rand) *connection {
	place := dice.IntN(lo.SumBy(outlets, func(o outlet) int { return o.share }))
	for i, o := range outlets {
		if place -= o.share; place < 0 {
			return h.connections[i]
		}
	}
	return h.connections[0]
}

// ships tells whether the connection has the shipping mode.
func (c *connection) ships(mode string) bool {
	return c.channel != nil && (slices.Contains(c.channel.modes, mode) || slices.Contains(c.channel.without, mode))
}

func drawLife(dice *rand.Rand) SaleLife {
	place := dice.IntN(100)
	for _, row := range lives {
		if place -= row.share; place < 0 {
			return row.life
		}
	}
	return LifePlain
}

// salesLimit is how many sales one request can let come.
const salesLimit = 100_000

// salesRoute lets sales come.
func (h *Hub) salesRoute(r *http.Request) answer {
	var body struct {
		Count      int      `json:"count"`
		Spread     string   `json:"spread"`
		Clock      string   `json:"clock"`
		Connection string   `json:"connection"`
		SaleLife   SaleLife `json:"life"`
		Mode       string   `json:"shipping_mode"`
		PickUp     bool     `json:"pick_up"`
	}
	refuse := func(format string, arguments ...any) answer {
		return problem(http.StatusBadRequest, "BadRequestError", fmt.Sprintf(format, arguments...))
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return refuse(`the body is not JSON with "count", "spread", "clock", "connection", "life", "shipping_mode" and "pick_up"`)
	}
	spread, err := time.ParseDuration(cmp.Or(body.Spread, "0s"))
	c, named := lo.Find(h.connections, func(c *connection) bool { return c.called(body.Connection) || c.provider == body.Connection })
	known := body.SaleLife == "" || body.SaleLife == LifePlain ||
		slices.ContainsFunc(lives, func(row struct {
			life  SaleLife
			share int
		}) bool {
			return row.life == body.SaleLife
		})
	switch {
	case err != nil || spread < 0:
		return refuse("spread %q is no duration", body.Spread)
	case body.Count < 1 || body.Count > salesLimit:
		return refuse("count %d: give a number from 1 to %d", body.Count, salesLimit)
	case body.Connection != "" && !named:
		return refuse("no connection %q in this world", body.Connection)
	case body.Clock != "" && body.Clock != "ours":
		return refuse(`clock %q: only "ours" is known`, body.Clock)
	case !known:
		return refuse("life %q is none", body.SaleLife)
	case body.Mode != "" && (c == nil || !c.ships(body.Mode)):
		return refuse("shipping mode %q is none of connection %q", body.Mode, body.Connection)
	}
	if body.Clock == "ours" {
		spread = time.Duration(float64(spread) * h.options.Speed)
	}
	like := arrival{connection: c, life: body.SaleLife, mode: body.Mode, pickUp: body.PickUp}
	next := entry{Kind: "sales", Count: body.Count, Spread: spread, Life: body.SaleLife, Mode: body.Mode, PickUp: body.PickUp}
	if c != nil {
		next.ID = c.id
	}
	return h.byHand(next, func(now time.Time) { h.expectSales(now, body.Count, spread, like) })
}
