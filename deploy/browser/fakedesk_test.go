//go:build browser

package browser_test

import (
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
)

func (f *fakeStation) deskRoutes(mux *http.ServeMux) {
	f.post(mux, "/api/scan", func(_ *http.Request, body []byte) any {
		var in api.ScanIn
		_ = json.Unmarshal(body, &in)
		f.scans[in.ID]++
		f.scanned = append(f.scanned, in.At.UnixMilli())
		out := f.takeScan(in)
		out.ID = in.ID
		return out
	})
	f.post(mux, "/api/found", func(_ *http.Request, body []byte) any {
		var in api.FoundIn
		_ = json.Unmarshal(body, &in)
		f.takeOut = slices.DeleteFunc(f.takeOut, func(t api.TakeOut) bool { return t.Order == in.Order })
		return api.TakeOut{Merchant: in.Merchant, Order: in.Order, FoundBy: f.person, FoundAt: time.Now()}
	})
	f.post(mux, "/api/printers/{name}/settle", f.takeSettle)
	mux.HandleFunc("GET /api/handover", func(w http.ResponseWriter, _ *http.Request) {
		f.answer(w, func() any { return append(f.openSheets(), f.closed...) })
	})
	f.post(mux, "/api/handover/close", func(_ *http.Request, body []byte) any {
		var in api.CloseIn
		_ = json.Unmarshal(body, &in)
		sheets := f.openSheets()
		sheet := sheets[slices.IndexFunc(sheets, func(h api.HandOver) bool { return h.Courier == in.Courier })]
		sheet.ID, sheet.ClosedAt, sheet.ClosedBy = in.ID, time.Now(), f.person
		f.closed = append(f.closed, sheet)
		return sheet
	})
	mux.HandleFunc("GET /api/labels/{merchant}/{order}/{label}", func(w http.ResponseWriter, r *http.Request) {
		f.answer(w, func() any { return *f.find(r.PathValue("order")) })
	})
	mux.HandleFunc("GET /api/labels/{merchant}/{order}/{label}/preview.png", func(w http.ResponseWriter, _ *http.Request) {
		picture := image.NewGray(image.Rect(0, 0, 400, 600))
		for x := range 400 {
			for y := range 600 {
				picture.SetGray(x, y, color.Gray{Y: uint8(255 - 255*((x/9)%2)*((y/200)%2))})
			}
		}
		_ = png.Encode(w, picture)
	})
	mux.HandleFunc("GET /api/files/{merchant}/{run}", func(w http.ResponseWriter, _ *http.Request) {
		f.answer(w, func() any {
			return []map[string]any{{"n": 1, "name": "etiquetas.pdf", "format": "pdf", "bytes": 123456, "labels": 30, "pages": 30}, {"n": 2, "name": "etiquetas.zpl", "format": "zpl", "bytes": 4567, "labels": 30}}
		})
	})
}

func (f *fakeStation) find(code string) *api.Label {
	for _, all := range f.labels {
		for i := range all {
			if l := &all[i]; l.Order == code || l.Number == code || l.Tracking == code {
				return l
			}
		}
	}
	return nil
}

func (f *fakeStation) takeScan(in api.ScanIn) api.ScanOut {
	label := f.find(in.Text)
	if label != nil && label.Cancelled {
		return api.ScanOut{Kind: api.ScanAlarm, Label: label, Words: "PEDIDO CANCELADO: no despachar. Apartar el paquete y confirmar."}
	}
	if label == nil && in.Mode == api.ScanVerify && in.Open != nil {
		return f.checkItem(in)
	}
	switch {
	case label == nil:
		return api.ScanOut{Kind: api.ScanUnknown, Words: "Ningún pedido a la vista tiene este código."}
	case in.Mode == api.ScanVerify:
		f.checked[label.Order] = make([]int, len(label.Items))
		return api.ScanOut{Kind: api.ScanOrder, Label: label, Checked: f.checked[label.Order], Words: "Leer cada producto del pedido: la etiqueta sale con el último."}
	case in.Mode == api.ScanPrint && !in.Queued && len(label.Items) == 1 && label.Items[0].Quantity == 1 && !label.State.MayBeOnPaper():
		f.printLabel(in, label)
		return api.ScanOut{Kind: api.ScanOrder, Label: label, Job: "scan-" + in.ID, Words: "La etiqueta va a la impresora."}
	}
	return api.ScanOut{Kind: api.ScanOrder, Label: label, Words: "Pedido encontrado. Enter imprime la etiqueta."}
}

func (f *fakeStation) printLabel(in api.ScanIn, label *api.Label) {
	body, _ := json.Marshal(api.PrintIn{ID: "scan-" + in.ID, Printer: in.Printer, Select: api.Select{Run: label.Run, Labels: []contract.LabelRef{{Order: label.Order, Label: 1}}}})
	f.takePrint(nil, body)
}

func (f *fakeStation) checkItem(in api.ScanIn) api.ScanOut {
	label := f.find(in.Open.Order)
	checked := f.checked[label.Order]
	at := slices.IndexFunc(label.Items, func(i contract.Item) bool { return i.SKU == in.Text })
	if at < 0 || checked[at] >= label.Items[at].Quantity {
		return api.ScanOut{Kind: api.ScanWrongItem, Label: label, Checked: checked, Words: "PRODUCTO EQUIVOCADO: no es de este pedido."}
	}
	checked[at]++
	for i, item := range label.Items {
		if checked[i] < item.Quantity {
			return api.ScanOut{Kind: api.ScanItem, Label: label, Checked: checked, Words: "Producto correcto. Faltan otros."}
		}
	}
	if in.Queued {
		return api.ScanOut{Kind: api.ScanComplete, Label: label, Checked: checked, Words: "Pedido completo. Enter imprime la etiqueta."}
	}
	f.printLabel(in, label)
	return api.ScanOut{Kind: api.ScanComplete, Label: label, Checked: checked, Job: "scan-" + in.ID, Words: "Pedido completo: la etiqueta va a la impresora."}
}

func (f *fakeStation) takeSettle(r *http.Request, body []byte) any {
	var in contract.SettleRequest
	_ = json.Unmarshal(body, &in)
	for i := range f.printers {
		p := &f.printers[i]
		if p.Name != r.PathValue("name") {
			continue
		}
		settle := func(refs []contract.LabelRef, to contract.PrintState) {
			for _, ref := range refs {
				label := f.find(ref.Order)
				label.State = to
				label.Prints[len(label.Prints)-1].State = to
				p.Doubts = slices.DeleteFunc(p.Doubts, func(l api.Label) bool { return l.Order == ref.Order })
			}
		}
		settle(in.CameOut, contract.PrintConfirmed)
		settle(in.NotOut, contract.PrintQueued)
		settle(in.LeaveOut, contract.PrintLost)
	}
	return map[string]any{}
}

// doubt puts the next printed label of a printer in doubt.
func (f *fakeStation) doubt(order string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	label := f.find(order)
	label.State = contract.PrintUnknown
	label.Prints = append(label.Prints, contract.Print{Job: "job-x", Run: label.Run, Printer: "zebra-1", Person: "Ana", State: contract.PrintUnknown, ClaimedAt: time.Now()})
	f.printers[0].Doubts = append(f.printers[0].Doubts, *label)
	f.changed()
}

// cancel makes a printed order one to take out.
func (f *fakeStation) cancel(order string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	label := f.find(order)
	label.Cancelled = true
	f.takeOut = append(f.takeOut, api.TakeOut{Merchant: label.Merchant, Order: label.Order, Number: label.Number, Run: label.Run, Position: label.Position, Channel: label.Channel, Since: time.Now()})
	f.changed()
}

func (f *fakeStation) openSheets() []api.HandOver {
	parcels := map[string]int{}
	for _, all := range f.labels {
		for _, label := range all {
			if label.State.IsOnPaper() && !label.Cancelled {
				parcels[label.Courier]++
			}
		}
	}
	var sheets []api.HandOver
	for i, courier := range couriers {
		for _, closed := range f.closed {
			if closed.Courier == courier {
				parcels[courier] -= closed.Parcels
			}
		}
		sheets = append(sheets, api.HandOver{ID: "open-" + strconv.Itoa(i), Merchant: "merchant-1", Courier: courier, Parcels: parcels[courier], Controls: []string{"/api/files/merchant-1/run-1/1"}})
	}
	return sheets
}
