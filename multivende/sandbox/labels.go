package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende/sandbox/paper"
)

// document is a file of an order: a label in one format, or a control sheet.
type document struct {
	id, name, kind string
	ask            *ask
}

// The kinds of documents.
const (
	kindZPL     = "shipping_label_zpl"
	kindPDF     = "shipping_label"
	kindSample  = "shipping_label_file"
	kindControl = "control"
)

func (d document) mime() string { return mimeOf(d.name) }

func mimeOf(name string) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pdf":
		return "application/pdf"
	case ".zip":
		return "application/zip"
	}
	return "text/plain; charset=utf-8"
}

func (h *Hub) documentID(a *ask, nth int) string {
	return h.id("document %s %d %d", a.order.id, a.nth, nth)
}

// file makes the documents of an ask whose labels are done known by their ids.
func (h *Hub) file(a *ask) {
	for _, d := range h.documentsOf(a) {
		h.documents[d.id] = d
	}
}

// documentsOf are the files of an order's labels, and its control sheet.
func (h *Hub) documentsOf(a *ask) []document {
	hands := a.order.channel().hands
	var documents []document
	add := func(kind, name string) {
		documents = append(documents, document{id: h.documentID(a, len(documents)), kind: kind, name: name, ask: a})
	}
	name := a.name()
	sample := a.order.sample
	switch {
	case a.file == "missing":
	case a.file == "encrypted":
		add(kindPDF, name+".pdf")
	case sample != "":
		add(kindSample, name+strings.ToLower(filepath.Ext(sample)))
	default:
		if hands.zpl {
			add(kindZPL, name+hands.zplExt)
		}
		if hands.pdf {
			add(kindPDF, name+".pdf")
		}
	}
	if hands.control && !a.old {
		add(kindControl, "Control.pdf")
	}
	return documents
}

// name is what the order's files are called, without extension.
func (a *ask) name() string {
	name := a.order.fileName()
	if provider := a.order.connection.provider; a.old && (provider == "mercadolibre" || provider == "dafiti") {
		name += "_old"
	}
	return name
}

// content makes a document's bytes: the same for the same document.
func (h *Hub) content(d document) ([]byte, error) {
	o, hands := d.ask.order, d.ask.order.channel().hands
	if d.kind == kindControl {
		return paper.Control("Control de envíos", []string{o.controlLine()}), nil
	}
	switch d.ask.file {
	case "empty":
		return []byte{}, nil
	case "mislabelled":
		o = d.ask.wrong
	}
	var content []byte
	var err error
	switch sample := o.sample; {
	case d.ask.file == "encrypted":
		content, err = paper.PDF(paper.FourBySix, false, o.labels()...)
		if err == nil {
			return paper.Encrypt(content, o.code)
		}
	case sample != "":
		content, err = os.ReadFile(sample)
	case d.kind == kindZPL:
		content = o.zpl()
	default:
		content, err = paper.PDF(hands.stock, hands.compress, o.labels()...)
	}
	if err != nil {
		return nil, fmt.Errorf("label of %s: %w", o.code, err)
	}
	if d.ask.file == "broken" {
		return broken(content), nil
	}
	return content, nil
}

// broken is the first third of a file: neither its page nor its format ends.
func broken(content []byte) []byte {
	return bytes.TrimSuffix(content[:len(content)/3], []byte("^XZ"))
}

// neighbour is another order of the connection whose label could have come instead.
func (h *Hub) neighbour(o *order) *order {
	orders := o.connection.orders
	place := slices.Index(orders, o)
	for i := range orders {
		if other := orders[(place+1+i)%len(orders)]; other != o && other.fate == FateLabelable {
			return other
		}
	}
	other, _ := lo.Find(h.orders, func(other *order) bool { return other != o && other.channel() != nil })
	return other
}

func (o *order) zpl() []byte {
	var out bytes.Buffer
	for _, label := range o.labels() {
		out.Write(paper.ZPL(label, o.connection.provider == "mercadolibre"))
	}
	return out.Bytes()
}

// itemsOnLabel is how many of an order's items stand on its label.
const itemsOnLabel = 8

// labels are the order's parcels as they are printed.
func (o *order) labels() []paper.Label {
	c, s := o.channel(), o.sales[0]
	references := []paper.Reference{{Caption: c.caption, Value: o.reference()}}
	if c.provider == "mercadolibre" {
		caption := "Venta"
		if len(o.sales) > 1 {
			caption = "Pack ID"
		}
		references = []paper.Reference{{Caption: caption, Value: o.number}, {Caption: c.caption, Value: o.shipment}}
	}
	notes := []string{"Bodega: " + o.warehouse.name, "Despachar antes de: " + o.handlingLimit.Format("02-01-2006 15:04"), "Servicio: " + o.courier + " " + o.mode}
	own := lo.Filter(s.items, func(line *item, _ int) bool { return line.order == o })
	for _, line := range lo.Subset(own, 0, itemsOnLabel) {
		notes = append(notes, lo.Substring(fmt.Sprintf("%d x %s %s", line.count, line.sku, line.product), 0, 60))
	}
	labels := make([]paper.Label, len(o.parcels))
	for i, parcel := range o.parcels {
		labels[i] = paper.Label{
			Title: c.name + " - " + o.connection.country, References: references, Tracking: parcel.tracking, Code: parcel.code,
			QR: strings.HasPrefix(parcel.code, "{"), Notes: notes, Parcel: i + 1, Parcels: len(o.parcels),
			Sender:   []string{"Remitente: Vendedor de Ejemplo", o.warehouse.name},
			Receiver: []string{s.client.name + " " + s.client.lastName, s.client.address().Address, s.client.zip + " " + s.client.city, s.client.area},
		}
	}
	return labels
}

func (o *order) controlLine() string {
	return fmt.Sprintf("%s   Envío %s   %d bulto(s)   %s", o.number, o.shipment, len(o.parcels), o.courier)
}
