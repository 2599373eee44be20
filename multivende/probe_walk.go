package multivende

import (
	"context"
	"net/url"
	"slices"

	"github.com/samber/lo"
)

func (p *prober) listConnections(ctx context.Context) error {
	entries, err := p.call(ctx, routeConnections, map[string]string{"page": "1"}, nil)
	for _, o := range entries {
		if entry := decoded[connectionEntry](o); entry.ID != "" {
			p.connections = append(p.connections, entry)
		}
	}
	return err
}

// readNamedOrder reads the named order, as a delivery order or as a sale.
func (p *prober) readNamedOrder(ctx context.Context, order string) error {
	if order == "" {
		return nil
	}
	if delivery, err := p.c.DeliveryOrder(ctx, order); err == nil {
		p.order, p.fixed = order, true
		p.sales = lo.Map(delivery.Checkouts, func(c CheckoutReference, _ int) string { return c.ID })
		return nil
	} else if verdict, _ := verdictOf(err); verdict == "" {
		return err
	}
	sale, err := p.c.Checkout(ctx, order)
	if err == nil {
		p.sales, p.fixed = []string{sale.ID}, true
		return nil
	}
	p.found.OrderUnknown = true
	verdict, _ := verdictOf(err)
	return lo.Ternary(verdict == "", err, nil)
}

// listLabels looks for a label that can be made, and lists the labels of two connections.
func (p *prober) listLabels(ctx context.Context) error {
	return p.listUntilTwo(ctx, routeAvailableLabels, p.labels, func(connection connectionEntry) (map[string]string, url.Values) {
		query := AvailableLabelsQuery{ConnectionID: string(connection.ID)}
		return map[string]string{"page": "1"}, query.filters()
	}, func(o objectOf) {
		shown := decoded[deliveryOrderEntry](o).deliveryOrder()
		if len(shown.Checkouts) > 0 && p.mayReadSale(shown.ID) {
			p.sales = append(p.sales, shown.Checkouts[0].ID)
		}
	})
}

func (p *prober) listSales(ctx context.Context) error {
	return p.listUntilTwo(ctx, routeCheckoutsLight, p.checkout, func(connection connectionEntry) (map[string]string, url.Values) {
		return map[string]string{"page": "1"}, url.Values{"_marketplace_connection_id": {string(connection.ID)}}
	}, func(o objectOf) {
		if id := string(decoded[checkoutLightEntry](o).ID); id != "" && p.mayReadSale("") {
			p.sales = append(p.sales, id)
		}
	})
}

// mayReadSale tells whether a listed sale may be the one that is read: no order was named, or one of its own.
func (p *prober) mayReadSale(order string) bool {
	return !p.fixed && len(p.sales) < salesTried || order != "" && order == p.order
}

// listUntilTwo calls a list for one connection after the other until two have shown something.
func (p *prober) listUntilTwo(ctx context.Context, route string, shown map[string][]string, ask func(connectionEntry) (map[string]string, url.Values), take func(objectOf)) error {
	if len(p.connections) == 0 {
		p.notCalled(route, "no connection was found")
		return nil
	}
	for _, connection := range lo.Subset(p.connections, 0, p.most) {
		values, query := ask(connection)
		entries, err := p.call(ctx, route, values, query)
		if err != nil {
			return err
		}
		for _, o := range entries {
			take(o)
			if id := scalar(o["_id"]); id != "" {
				shown[string(connection.ID)] = append(shown[string(connection.ID)], id)
			}
		}
		if verdict := p.done[route]; len(shown) == 2 || verdict != ProbeExpected && verdict != ProbeEmpty {
			return nil
		}
	}
	return nil
}

func (p *prober) readSale(ctx context.Context) error {
	if len(p.sales) == 0 {
		p.notCalled(routeCheckout, "no sale was found")
		return nil
	}
	for _, id := range lo.Subset(lo.Uniq(p.sales), 0, salesTried) {
		entries, err := p.call(ctx, routeCheckout, map[string]string{"checkoutId": id}, nil)
		if err != nil {
			return err
		}
		for _, o := range entries {
			sale := decoded[checkoutEntry](o)
			if orders := sale.checkout().DeliveryOrders; p.order == "" && len(orders) > 0 {
				p.order = orders[0].ID
			}
			if len(sale.PickUpOrders) > 0 {
				p.pickUp = string(sale.PickUpOrders[0].ID)
			}
		}
		if len(entries) > 0 {
			return nil
		}
	}
	return nil
}

func (p *prober) readOrder(ctx context.Context) error {
	if p.order == "" {
		p.notCalled(routeDeliveryOrder, "no delivery order was found")
		return nil
	}
	_, err := p.call(ctx, routeDeliveryOrder, map[string]string{"deliveryOrderId": p.order}, nil)
	return err
}

// listTasks looks for a connection that has asked for labels before.
func (p *prober) listTasks(ctx context.Context) error {
	if len(p.connections) == 0 {
		p.notCalled(routeLabelTasks, "no connection was found")
		return nil
	}
	// Those whose labels can be made are the likeliest to have had some.
	connections := slices.Clone(p.connections)
	slices.SortStableFunc(connections, func(a, b connectionEntry) int {
		return len(p.labels[string(b.ID)]) - len(p.labels[string(a.ID)])
	})
	for _, connection := range lo.Subset(connections, 0, p.most) {
		entries, err := p.call(ctx, routeLabelTasks, map[string]string{
			"page": "1", "provider": string(connection.Provider), "marketplaceConnectionId": string(connection.ID),
		}, nil)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			p.task = string(decoded[taskEntry](entries[0]).ID)
		}
		if p.done[routeLabelTasks] != ProbeEmpty {
			return nil
		}
	}
	return nil
}

func (p *prober) readTask(ctx context.Context) error {
	if p.task == "" {
		p.notCalled(routeTask, "no label was asked for yet, as far as the hub shows")
		return nil
	}
	_, err := p.call(ctx, routeTask, map[string]string{"taskId": p.task}, nil)
	return err
}

func (p *prober) readPickUp(ctx context.Context) error {
	if p.pickUp == "" {
		p.notCalled(routePickUpOrder, "the sale has no pick-up")
		return nil
	}
	_, err := p.call(ctx, routePickUpOrder, map[string]string{"pickUpOrderId": p.pickUp}, nil)
	return err
}
