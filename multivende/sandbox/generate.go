package sandbox

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/samber/lo"
)

// generator makes a world from a seed. Each connection has its own random source,
// so that more orders change as little as possible.
type generator struct {
	hub   *Hub
	id    func(format string, arguments ...any) string
	dice  *rand.Rand
	start time.Time
}

func (h *Hub) generate(start time.Time) {
	g := &generator{hub: h, id: h.id, start: start}
	for place, count := range spread(h.options.Orders) {
		g.dice = rand.New(rand.NewPCG(uint64(h.options.Seed), uint64(place)))
		c := g.connection(place)
		switch {
		case c.channel == nil:
			count := 1 + h.options.Orders/200
			if c.outward.paper { // one of each fate of its tax document
				count += 3
			}
			g.single(c, FateShop, count)
		default:
			g.labelable(c, count)
			g.others(c, count)
		}
		h.connections = append(h.connections, c)
	}
	g.history(h.options.History)
	for _, c := range h.connections {
		if c.outward.fetched {
			g.pickUp(g.sale(c, g.recently()))
		}
	}
	for _, c := range h.connections {
		slices.SortStableFunc(c.orders, func(a, b *order) int { return b.createdAt.Compare(a.createdAt) })
		slices.SortStableFunc(c.sales, func(a, b *sale) int { return b.updatedAt.Compare(a.updatedAt) })
		h.sales = append(h.sales, c.sales...)
	}
	slices.SortStableFunc(h.sales, func(a, b *sale) int { return b.updatedAt.Compare(a.updatedAt) })
}

// spread gives each outlet its share of the orders; every outlet with labels gets
// one if there are enough.
func spread(orders int) []int {
	counts := lo.Map(outlets, func(o outlet, _ int) int { return orders * o.share / 100 })
	labelling := lo.CountBy(outlets, func(o outlet) bool { return o.share > 0 })
	least := min(3, orders/labelling)
	for i, o := range outlets {
		if o.share > 0 {
			counts[i] = max(counts[i], least)
		}
	}
	counts[0] += orders - lo.Sum(counts)
	return counts
}

func (g *generator) connection(place int) *connection {
	o := outlets[place]
	c := &connection{
		id: g.id("connection %d", place), provider: o.provider, name: o.name, alias: o.alias, country: o.country,
		shape: place, outward: outwardOf(o.provider, o.country),
	}
	if o.share > 0 {
		c.channel = g.hub.channels[o.provider]
	}
	return c
}

// labelable makes the orders whose labels can be made, and now and then a sale
// of two deliveries, a second parcel, a pick-up, or a pack of two sales.
func (g *generator) labelable(c *connection, count int) {
	for made := 0; made < count; {
		i := len(c.sales)
		s := g.sale(c, g.recently())
		deliveries := 1
		if i%17 == 5 && count-made > 1 {
			deliveries = 2
		}
		for range deliveries {
			o := g.order(s, FateLabelable, g.pick(c.channel.modes))
			if i%13 == 4 {
				g.parcel(o)
			}
		}
		if i%19 == 7 {
			g.pickUp(s)
		}
		if c.provider == "mercadolibre" && i%11 == 6 {
			g.pack(s)
		}
		made += deliveries
	}
}

// others makes the orders that get no label, or not by themselves.
func (g *generator) others(c *connection, count int) {
	g.single(c, FateUnpaid, 1+count/40)
	for i, mode := range c.channel.without {
		for range 1 + count/80 {
			o := g.order(g.sale(c, g.recently()), FateUnsupported, mode)
			o.careless = i%2 == 0
		}
	}
	if count < 5 {
		return
	}
	g.single(c, FateCancelled, 1+count/60)
	g.single(c, FateShipped, 1)
	g.single(c, FateOld, 1+count/100)
	if c.channel.first == "" {
		g.single(c, FatePrinted, 1)
	}
	g.pickUp(g.sale(c, g.recently()))
	if c.provider == "paris" || c.alias == outlets[0].alias {
		g.single(c, FateUnregistered, 1)
	}
}

func (g *generator) single(c *connection, fate Fate, count int) {
	for i := range count {
		at := g.recently()
		if fate == FateOld {
			at = g.start.Add(-8*24*time.Hour - time.Duration(g.dice.IntN(12*24))*time.Hour)
		}
		mode := "Standard"
		if c.channel != nil {
			mode = g.pick(c.channel.modes)
		}
		o := g.order(g.sale(c, at), fate, mode)
		o.careless = i%2 == 0 || fate == FateUnregistered
	}
}

// history makes a number of shipped sales of the last week, in turn on each connection with
// labels.
func (g *generator) history(count int) {
	g.dice = rand.New(rand.NewPCG(uint64(g.hub.options.Seed), 1<<40))
	labelling := lo.Filter(g.hub.connections, func(c *connection, _ int) bool { return c.channel != nil })
	for i := range count {
		c := labelling[i%len(labelling)]
		at := g.start.Add(-time.Hour - time.Duration(i)*(7*24*time.Hour-2*time.Hour)/time.Duration(count)).Truncate(time.Millisecond)
		g.order(g.sale(c, at), FateShipped, g.pick(c.channel.modes))
	}
}

// recently is a moment of the last three days.
func (g *generator) recently() time.Time {
	return g.start.Add(-time.Duration(g.dice.Int64N(int64(70 * time.Hour)))).Add(-time.Hour).Truncate(time.Millisecond)
}

func (g *generator) pick(words []string) string { return words[g.dice.IntN(len(words))] }

// number is unique in the world: nine digits that look drawn.
func (g *generator) number() uint64 {
	g.hub.serial++
	return (g.hub.serial*387_420_489 + uint64(g.hub.options.Seed)*104_729) % 1_000_000_000
}

// prepare brings every order to its state at the beginning of the world, once its
// faults are known.
func (h *Hub) prepare(start time.Time) {
	for _, c := range h.connections {
		c.partlyCancelled()
		for i, o := range c.orders {
			o.filePaper(i)
		}
	}
	for _, o := range h.orders {
		o.updatedAt = o.createdAt.Add(time.Minute)
		o.tracking = o.parcels[0].tracking
		o.status = pending
		switch o.fate {
		case FateLabelable, FateOld:
			h.prepareLabelable(o, start)
		case FatePrinted:
			o.ready, o.printed, o.given = true, true, 1
		case FateCancelled:
			o.status, o.ready, o.cancel = cancelled, o.careless, true
		case FateShipped:
			o.status, o.printed = shipped, true
		case FateShop:
		case FateUnpaid, FateUnregistered, FateUnsupported:
			o.ready = o.careless
		}
		if o.partial && o.status == pending && o.connection.provider == "mercadolibre" {
			o.status = partial
		}
		o.onChannel = o.status
	}
	slices.SortFunc(h.orders, func(a, b *order) int { return cmp.Compare(a.index, b.index) })
}

func (h *Hub) prepareLabelable(o *order, start time.Time) {
	first := o.channel().first
	switch {
	case first == "":
		o.ready = true
		if o.shape%3 == 0 && !o.partial {
			o.status = handling
		}
	case o.shape%10 == 0 && len(o.faults) == 0: // somebody has been there before
		o.ready, o.status = true, first
		o.link = &link{id: h.id("link %s 0", o.id), code: first, state: linkChanged, before: true, sentAt: o.createdAt, updatedAt: o.createdAt.Add(time.Minute)}
		o.link.endsAt, o.link.seenAt = o.link.updatedAt, o.link.updatedAt
		o.links = append(o.links, o.link)
	case len(o.sales[0].orders) == 1:
		o.trackingAtReady, o.tracking = true, ""
	}
	if o.late > 0 {
		o.hidden = true
		h.schedule(start.Add(o.late), func(time.Time) { o.hidden = false })
	}
}
