package sandbox

import (
	"fmt"
	"strconv"
	"time"
)

func (g *generator) sale(c *connection, at time.Time) *sale { return g.saleNumbered(c, at, g.number()) }

func (g *generator) saleNumbered(c *connection, at time.Time, n uint64) *sale {
	s := &sale{
		id: g.id("sale %d", n), code: fmt.Sprintf("V%09d", n), connection: c,
		externalID: externalID(n), orderNumber: orderNumber(c.provider, n),
		client: g.person(c.country), soldAt: at.Add(-2 * time.Minute), createdAt: at, updatedAt: at.Add(3 * time.Minute),
		shape: int(n % 1000), payment: "completed", verification: "verified",
	}
	c.sales = append(c.sales, s)
	g.hub.saleByID[s.id] = s
	return s
}

// externalID is the marketplace's own id of a sale.
func externalID(n uint64) string { return fmt.Sprintf("55%09d", n) }

// orderNumber is how a channel writes its order numbers.
func orderNumber(provider string, n uint64) string {
	switch provider {
	case "mercadolibre":
		return fmt.Sprintf("2000008%09d", n)
	case "ripley":
		return fmt.Sprintf("7%09d-A", n)
	case "amazon":
		return fmt.Sprintf("701-%07d-%07d", n/100, n%100*83_777)
	case "totalplay":
		return fmt.Sprintf("TP-%09d", n)
	}
	return fmt.Sprintf("3%09d", n)
}

func (g *generator) order(s *sale, fate Fate, mode string) *order {
	n, c := g.number(), s.connection
	house := warehouses[g.dice.IntN(len(warehouses))]
	o := &order{
		id: g.id("order %d", n), code: fmt.Sprintf("OD%09d", n), connection: c, sales: []*sale{s}, index: len(g.hub.orders),
		number: s.orderNumber, mode: mode, courier: "Retiro del vendedor", fate: fate, shape: int(n % 1000),
		createdAt: s.createdAt, warehouse: warehouse{id: g.id("warehouse %s", house.code), code: house.code, name: house.name},
	}
	o.handlingLimit = g.start.Truncate(time.Hour).Add(time.Duration(g.dice.IntN(78)-6) * time.Hour)
	if fate == FateOld {
		o.handlingLimit = s.createdAt.Truncate(time.Hour).Add(48 * time.Hour)
	}
	o.promised = o.handlingLimit.Add(time.Duration(24+g.dice.IntN(96)) * time.Hour)
	o.shipment = fmt.Sprintf("8%09d", n)
	switch c.provider {
	case "mercadolibre":
		o.shipment = fmt.Sprintf("43%09d", n)
	case "fcom":
		o.packageID = fmt.Sprintf("145000%09d", n)
	case "linio":
		o.packageID = fmt.Sprintf("26%09d", n)
	}
	if c.channel != nil {
		o.courier = g.pick(c.channel.couriers)
	}
	g.parcel(o)
	s.orders = append(s.orders, o)
	g.items(s, o)
	g.fated(s, o)
	c.orders = append(c.orders, o)
	g.hub.orders = append(g.hub.orders, o)
	g.hub.orderByID[o.id] = o
	return o
}

// parcel adds a parcel: its tracking number holds the shipment id, its barcode
// is unique.
func (g *generator) parcel(o *order) {
	nth, prefix := len(o.parcels)+1, "SHP"
	if o.connection.channel != nil {
		prefix = o.channel().prefix
	}
	tracking := fmt.Sprintf("%s%s%02d", prefix, o.shipment, nth)
	code := tracking
	if o.connection.provider == "mercadolibre" {
		code = o.shipment
		if nth > 1 {
			code = fmt.Sprintf("%s-%d", o.shipment, nth)
		}
		if o.mode == "self_service" {
			code = fmt.Sprintf(`{"id":"%s","sender_id":"5550001","hash_code":"%08x"}`, code, o.index*7919)
		}
	}
	o.parcels = append(o.parcels, parcel{tracking: tracking, code: code})
}

// fated writes the order's fate into its sale.
func (g *generator) fated(s *sale, o *order) {
	switch o.fate {
	case FateUnpaid:
		if o.shape%3 == 0 {
			s.verification = "pending"
			return
		}
		s.payment = refusedPayments[o.shape%len(refusedPayments)]
	case FateCancelled:
		s.cancelled, s.payment = true, "cancelled"
	case FateUnregistered:
		s.unregistered = true
	case FateLabelable, FateOld, FatePrinted, FateShipped, FateUnsupported, FateShop:
	}
}

// items are one to four lines of the order, natural-order traps among their SKUs; of a few orders twenty.
// The last line of some has no SKU.
func (g *generator) items(s *sale, o *order) {
	first, count := g.dice.IntN(len(products)), 1+g.dice.IntN(4)
	for i := range count {
		g.item(s, o, first+i*5, 1+g.dice.IntN(3), 1000*(1+g.dice.IntN(40)))
	}
	if o != nil && s.shape%60 == 13 {
		for i := count; i < 20; i++ {
			g.item(s, o, first+i*5, 1+i%3, 1000*i)
			s.items[len(s.items)-1].sku += fmt.Sprintf("-%d", i)
		}
	}
	if o != nil && s.shape%20 == 11 {
		s.items[len(s.items)-1].sku = ""
	}
}

func (g *generator) item(s *sale, o *order, nth, count, price int) {
	product := products[nth%len(products)]
	line := &item{
		id: g.id("item %s %d", s.id, len(s.items)), sku: product.sku, product: product.name, order: o, count: count, price: price,
	}
	if o != nil {
		line.warehouse = o.warehouse.id
	}
	s.items = append(s.items, line)
}

func (g *generator) pickUp(s *sale) {
	id := g.id("pick-up %s", s.id)
	p := &pickUp{id: id, code: "RT" + s.code[1:], sale: s, shape: s.shape, createdAt: s.createdAt, updatedAt: s.createdAt}
	p.status, p.onChannel = pickUpPending, pickUpPending
	s.pickUps = append(s.pickUps, p)
	g.hub.pickUps = append(g.hub.pickUps, p)
	g.hub.pickUpByID[id] = p
	g.items(s, nil)
}

// pack makes the sale one of two that travel in the same delivery.
func (g *generator) pack(s *sale) {
	o := s.orders[0]
	if len(s.orders) > 1 {
		return
	}
	second := g.sale(s.connection, s.createdAt)
	number := fmt.Sprintf("2000006%09d", g.number())
	s.orderNumber, second.orderNumber, o.number = number, number, number
	second.client = s.client
	second.orders = s.orders
	o.sales = append(o.sales, second)
	g.items(second, o)
}

func (g *generator) person(country string) person {
	number := 1 + g.dice.IntN(9999)
	return person{
		name: g.pick(firstNames), lastName: g.pick(lastNames), document: fmt.Sprintf("99.%03d.%03d-K", number%1000, number/10),
		email: fmt.Sprintf("persona%d@example.invalid", number), phone: fmt.Sprintf("+00 0 0000 %04d", number),
		street: g.pick(streets), number: strconv.Itoa(number), commune: g.pick(communes[country]), city: "Ciudad Ficticia",
		zip: fmt.Sprintf("%07d", number*7), area: regions[country],
	}
}
