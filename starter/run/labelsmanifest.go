package run

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
)

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
	data = bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	var orders []books.Order
	if bytes.HasPrefix(data, []byte("{")) {
		var manifest books.Manifest
		err = json.Unmarshal(data, &manifest)
		orders = lo.Map(manifest.Rows, func(r books.Row, _ int) books.Order { return r.Order() })
	} else {
		orders, err = ordersOfManifestCSV(data)
	}
	if err != nil {
		return nil, usageProblem(manifestHint, "--orders %s is no manifest: %v", path, err)
	}
	if len(orders) == 0 {
		return nil, usageProblem(manifestHint, "--orders %s has no rows", path)
	}
	return orders, nil
}

// ordersOfManifestCSV reads what Manifest.WriteCSV wrote, perhaps saved again by
// a spreadsheet. Columns that it does not know are left alone.
func ordersOfManifestCSV(data []byte) ([]books.Order, error) {
	reader := csv.NewReader(bytes.NewReader(data))
	reader.Comma = separator(data)
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	if err != nil {
		return nil, err
	}
	header = lo.Map(header, func(name string, _ int) string { return strings.ToLower(strings.TrimSpace(name)) })
	if !lo.Some(header, []string{"delivery_order_id", "order_number"}) {
		return nil, errors.New("its header has neither delivery_order_id nor order_number")
	}
	var orders []books.Order
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return orders, nil
		}
		if err != nil {
			return nil, err
		}
		orders = append(orders, orderOfRecord(func(column string) string { return manifestCell(record, slices.Index(header, column)) }))
	}
}

func orderOfRecord(value func(column string) string) books.Order {
	return books.Order{
		ID: value("delivery_order_id"), Code: value("delivery_order_code"), OrderNumber: value("order_number"),
		ConnectionID: value("connection_id"), Channel: value("channel"), TrackingNumber: value("tracking_number"),
		Items: books.ParseItems(value("items")), Courier: value("courier"), ShippingMode: value("shipping_mode"),
		WarehouseID: value("warehouse_id"), WarehouseName: value("warehouse_name"),
		HandlingDeadline: momentOf(value("deadline")), SoldAt: momentOf(value("sold_at")), PartlyCancelled: value("partly_cancelled") == "yes",
	}
}

// manifestCell is a cell as it stood in the manifest, spaces and all.
func manifestCell(record []string, column int) string {
	if column < 0 || column >= len(record) {
		return ""
	}
	return books.CellText(record[column])
}

// momentOf is the zero time for what is none.
func momentOf(text string) time.Time {
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return moment
}
