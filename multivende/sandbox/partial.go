package sandbox

// partlyCancelled picks every twelfth order of Mercado Libre and every sixth of Paris, of several
// items: the channel has cancelled one of them. No other channel tells.
func (c *connection) partlyCancelled() {
	every := map[string]int{"mercadolibre": 12, "paris": 6}[c.provider]
	if every == 0 {
		return
	}
	place := 0
	for _, o := range c.orders {
		if o.fate != FateLabelable || len(o.sales[0].items) < 2 || len(o.sales) > 1 {
			continue
		}
		if place++; place%every == every/2 {
			o.cancelItem()
		}
	}
}

// cancelItem cancels the first of several items of an order.
func (o *order) cancelItem() {
	var own []*item
	for _, line := range o.sales[0].items {
		if line.order == o {
			own = append(own, line)
		}
	}
	if len(own) > 1 {
		own[0].cancelled, o.partial = true, true
	}
}

// subOrders is how Paris tells of its items.
func (s *sale) subOrders() []map[string]any {
	items := []map[string]any{}
	for _, line := range s.items {
		status := map[string]any{
			"id": 3, "name": "ready_to_ship", "description": "Listo para despachar", "translate": "Listo para despachar", "cancelable": true,
		}
		if line.cancelled {
			status = map[string]any{
				"id": 31, "name": "stock_shortage_refunded", "description": "Reembolsado por falta de stock en la db",
				"translate": "Problema con stock", "cancelable": false,
			}
		}
		items = append(items, map[string]any{"sku": line.sku, "name": line.product, "quantity": line.count, "status": status})
	}
	return []map[string]any{{"subOrderNumber": s.orderNumber, "items": items}}
}
