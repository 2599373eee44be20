package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/contract/manifestcsv"
	"github.com/despacho/despacho/starter/tables"
)

// maxManifestBytes bounds a manifest.
const maxManifestBytes = 256 << 20

const manifestHint = "give the manifest.json or manifest.csv of a run"

// readOrdersManifest reads the orders of a run's manifest, JSON or CSV.
func readOrdersManifest(path string) ([]books.Order, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usageProblem(manifestHint, "--orders: %v", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxManifestBytes+1))
	if err != nil || len(data) > maxManifestBytes {
		return nil, usageProblem(manifestHint, "--orders %s cannot be read or is larger than 256 MiB", path)
	}
	var orders []books.Order
	if object := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff"))); bytes.HasPrefix(object, []byte("{")) {
		var manifest contract.Manifest
		err = json.Unmarshal(object, &manifest)
		orders = lo.Map(manifest.Rows, func(r contract.ManifestRow, _ int) books.Order { return books.OrderOf(r) })
	} else {
		orders, err = ordersOfManifestCSV(path, data)
	}
	if err != nil {
		return nil, usageProblem(manifestHint, "--orders %s is not a manifest: %v", path, err)
	}
	if len(orders) == 0 {
		return nil, usageProblem(manifestHint, "--orders %s has no rows", path)
	}
	return orders, nil
}

// manifestColumns are the columns of a manifest that tell of an order. Where a spreadsheet has rounded a
// number that also may end in zeros by itself, a label is not found and comes last.
var manifestColumns = []string{
	"delivery_order_id", "delivery_order_code", "order_number", "connection_id", "channel", "tracking_number", "items", "courier", "shipping_mode",
	"warehouse_id", "warehouse_name", "deadline", "sold_at", "partly_cancelled",
}

// ordersOfManifestCSV reads what Manifest.WriteCSV wrote, perhaps saved again by
// a spreadsheet. Columns that it does not know are left alone.
func ordersOfManifestCSV(name string, data []byte) ([]books.Order, error) {
	numbers := []string{"delivery_order_id", "delivery_order_code", "order_number", "tracking_number"}
	table, err := tables.Read(name, bytes.NewReader(data), tables.Layout{
		MaxBytes: maxManifestBytes,
		Unmark:   manifestcsv.CellText,
		Columns: lo.Map(manifestColumns, func(column string, _ int) tables.Column {
			return tables.Column{Names: []string{column}, Kind: lo.Ternary(lo.Contains(numbers, column), tables.Code, tables.Text), AnyTail: true}
		}),
	})
	if err == nil {
		err = table.Err()
	}
	if err != nil {
		return nil, err
	}
	if table.Has != nil && !table.Has[0] && !table.Has[slices.Index(manifestColumns, "order_number")] {
		return nil, errors.New("its header has neither delivery_order_id nor order_number")
	}
	return lo.Map(table.Rows, func(row tables.Row, _ int) books.Order {
		return orderOfRecord(func(column string) string { return row.Cells[slices.Index(manifestColumns, column)] })
	}), nil
}

func orderOfRecord(value func(column string) string) books.Order {
	return books.Order{
		ID: value("delivery_order_id"), Code: value("delivery_order_code"), OrderNumber: value("order_number"),
		ConnectionID: value("connection_id"), Channel: value("channel"), TrackingNumber: value("tracking_number"),
		Items: manifestcsv.ParseItems(value("items")), Courier: value("courier"), ShippingMode: value("shipping_mode"),
		WarehouseID: value("warehouse_id"), WarehouseName: value("warehouse_name"),
		HandlingDeadline: momentOf(value("deadline")), SoldAt: momentOf(value("sold_at")), PartlyCancelled: value("partly_cancelled") == "yes",
	}
}

// momentOf is the zero time for what is none.
func momentOf(text string) time.Time {
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return moment
}
