package sandbox

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/despacho/despacho/multivende/sandbox/paper"
)

// archive is a zip under construction; names do not repeat in it.
type archive struct {
	out   bytes.Buffer
	zip   *zip.Writer
	at    time.Time
	names map[string]int
}

func newArchive(at time.Time) *archive {
	a := &archive{at: at, names: map[string]int{}}
	a.zip = zip.NewWriter(&a.out)
	return a
}

func (a *archive) add(name string, content []byte) error {
	a.names[name]++
	if n := a.names[name]; n > 1 {
		name = fmt.Sprintf("(%d) %s", n, name)
	}
	file, err := a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.at})
	if err == nil {
		_, err = file.Write(content)
	}
	return err
}

func (a *archive) close() ([]byte, error) {
	err := a.zip.Close()
	return a.out.Bytes(), err
}

const nestedName = "delivery-order-tickets-zpl.zip"

// bundle is the zip of a task: the files of its orders as the channel hands them
// out. It is made anew for each download and is always the same.
func (h *Hub) bundle(t *task) ([]byte, error) {
	hands := t.connection.channel.hands
	asks := slices.DeleteFunc(slices.Clone(t.asks), func(a *ask) bool { return a.result != resultLabel })
	out := newArchive(t.endsAt)
	labels := out
	if hands.nested {
		labels = newArchive(t.endsAt)
	}
	if err := h.addLabels(labels, t, asks); err != nil {
		return nil, err
	}
	if hands.nested {
		content, err := labels.close()
		if err == nil && len(labels.names) > 0 {
			err = out.add(nestedName, content)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := h.addMerged(out, t, asks); err != nil {
		return nil, err
	}
	if err := addPapers(out, hands, t, asks); err != nil {
		return nil, err
	}
	return out.close()
}

// addLabels adds each order's files, or the ZPL of all orders in one file.
func (h *Hub) addLabels(out *archive, t *task, asks []*ask) error {
	hands := t.connection.channel.hands
	if hands.nested && t.number%2 == 1 && !slices.ContainsFunc(asks, func(a *ask) bool { return a.file != "" || a.order.sample != "" }) {
		return addTogether(out, asks)
	}
	for _, a := range asks {
		if a.file == "missing_in_zip" || a.file == stalled || a.file == trickled {
			continue
		}
		for _, d := range h.documentsOf(a) {
			if d.kind == kindControl || hands.nested && d.kind == kindPDF && a.file == "" {
				continue
			}
			content, err := h.content(d)
			if err == nil {
				name := d.name
				if hands.nested {
					name = "Etiqueta de envio " + name
				}
				err = out.add(name, content)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// addTogether puts the ZPL of new labels in one file and that of labels made
// before in another.
func addTogether(out *archive, asks []*ask) error {
	for _, old := range []bool{false, true} {
		var together bytes.Buffer
		for _, a := range asks {
			if a.old == old {
				together.Write(a.order.zpl())
			}
		}
		name := "Etiqueta de envio.txt"
		if old {
			name = "Etiqueta de envio_old.txt"
		}
		if together.Len() > 0 {
			if err := out.add(name, together.Bytes()); err != nil {
				return err
			}
		}
	}
	return nil
}

// addMerged adds the PDF of all labels, without those whose files have a fault.
func (h *Hub) addMerged(out *archive, t *task, asks []*ask) error {
	hands := t.connection.channel.hands
	if hands.merged == "" {
		return nil
	}
	var labels []paper.Label
	old := true
	for _, a := range asks {
		if a.file == "" && a.order.sample == "" {
			labels = append(labels, a.order.labels()...)
			old = old && a.old
		}
	}
	if len(labels) == 0 {
		return nil
	}
	content, err := paper.PDF(hands.stock, hands.compress, labels...)
	if err != nil {
		return err
	}
	name := hands.merged
	if hands.nested && old {
		name = strings.TrimSuffix(name, ".pdf") + "_old.pdf"
	}
	return out.add(name, content)
}

// addPapers adds the control sheet and the workbooks.
func addPapers(out *archive, hands handout, t *task, asks []*ask) error {
	var lines []string
	var items []paper.Item
	for _, a := range asks {
		if !a.old {
			lines = append(lines, a.order.controlLine())
		}
		items = append(items, a.order.packed()...)
	}
	if hands.control && len(lines) > 0 && t.connection.control != "missing" {
		if err := addControl(out, t, lines); err != nil {
			return err
		}
	}
	if !hands.sheets {
		return nil
	}
	packing, err := paper.Packing(items)
	if err == nil {
		err = out.add("Packing.xlsx", packing)
	}
	if err != nil {
		return err
	}
	picking, err := paper.Picking(items)
	if err == nil {
		err = out.add("Picking.xlsx", picking)
	}
	return err
}

func addControl(out *archive, t *task, lines []string) error {
	name, content := fmt.Sprintf("Control-%d.pdf", t.number), paper.Control("Control de envíos", lines)
	switch t.connection.control {
	case "unnamed":
		name = fmt.Sprintf("documento-%d.pdf", t.number)
	case "broken":
		content = broken(content)
	}
	return out.add(name, content)
}

func (o *order) packed() []paper.Item {
	var items []paper.Item
	for _, s := range o.sales {
		for _, line := range s.items {
			if line.order == o {
				items = append(items, paper.Item{
					Order: o.number, SKU: line.sku, Product: line.product, Warehouse: o.warehouse.name, Count: line.count,
				})
			}
		}
	}
	return items
}
