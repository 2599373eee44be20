package books

import (
	"cmp"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// RowOf returns the manifest's row of an entry that is not printed.
func RowOf(e Entry) contract.ManifestRow {
	return contract.ManifestRow{
		ID: e.Order.ID, Code: e.Order.Code, OrderNumber: e.Order.OrderNumber, ConnectionID: e.Order.ConnectionID, ConnectionName: e.Order.ConnectionName,
		Channel: e.Order.Channel, TrackingNumber: e.Order.TrackingNumber, Items: lo.CoalesceSliceOrEmpty(e.Order.Items),
		Outcome: e.Outcome, Reason: contract.FirstReason(e.Reason, contract.Reason(e.Order.Remark)), Status: cmp.Or(e.Status, contract.StatusNone), Labels: []contract.PrintedLabel{},
		Courier: e.Order.Courier, ShippingMode: e.Order.ShippingMode, WarehouseID: e.Order.WarehouseID, WarehouseName: e.Order.WarehouseName,
		Warehouses: lo.Ternary(e.Order.InSeveralWarehouses(), e.Order.Warehouses, nil),
		Deadline:   lo.EmptyableToPtr(e.Order.HandlingDeadline), SoldAt: lo.EmptyableToPtr(e.Order.SoldAt),
		PartlyCancelled: e.Order.PartlyCancelled,
	}
}

// OrderOf returns the order of a row, as far as the manifest describes it.
func OrderOf(r contract.ManifestRow) Order {
	return Order{
		ID: r.ID, Code: r.Code, OrderNumber: r.OrderNumber, ConnectionID: r.ConnectionID, ConnectionName: r.ConnectionName, Channel: r.Channel,
		TrackingNumber: r.TrackingNumber, Items: r.Items, Courier: r.Courier, ShippingMode: r.ShippingMode,
		WarehouseID: r.WarehouseID, WarehouseName: r.WarehouseName, Warehouses: r.Warehouses, HandlingDeadline: lo.FromPtr(r.Deadline), SoldAt: lo.FromPtr(r.SoldAt),
		PartlyCancelled: r.PartlyCancelled,
	}
}
