package labels

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/pdf"
)

// Control is a control file (manifiesto) that came with labels: the list of parcels that the driver
// signs. Data is a PDF with only its printable pages, SHA256 its hash in hex. Orders are the ids of
// the orders that it names; none if its text cannot be read.
type Control struct {
	Name   string
	Data   []byte
	Pages  int
	Orders []string
	SHA256 string
}

// Controls returns the control files among the papers of a bundle ([Assignment]), each once and no
// more than most. Lists of goods and workbooks are not control files. Refused are control files
// that cannot be handed out.
func Controls(papers []bundle.File, orders []Order, most int) (controls []Control, refused []UnassignedFile) {
	references := indexReferences(orders)
	for _, file := range papers {
		if goodsWord.MatchString(baseName(file.Name)) || file.Kind != bundle.PDF && !IsControlFile(file) {
			continue
		}
		control, goods, err := references.control(file, orders)
		switch {
		case err != nil:
			refused = append(refused, UnassignedFile{File: file, Reason: "the control file cannot be used: " + err.Error()})
		case goods || lo.SomeBy(controls, func(c Control) bool { return c.SHA256 == control.SHA256 }):
		case len(controls) == most:
			return controls, append(refused, UnassignedFile{File: file, Reason: "there are more control files than one request can have"})
		default:
			controls = append(controls, control)
		}
	}
	return controls, refused
}

// These patterns tell a list of goods, for packing, from a list of parcels.
var (
	goodsWord    = regexp.MustCompile(`(?i)(^|[^\pL])(picking|packing)([^\pL]|$)`)
	goodsHeading = regexp.MustCompile(`(?i)^[^\pL]*((lista de )?(picking|packing|productos|produtos)|identificaci[oó]n (de )?productos|identifica[cç][aã]o (dos )?produtos|despacha tus productos)`)
)

// controlLimits are far above what a list of 50 parcels needs.
func controlLimits(file bundle.File) pdf.Limits {
	return pdf.Limits{Bytes: 16 << 20, Pages: 100, Budget: file.Budget}
}

// control makes a control file safe to hand out; goods reports that it is a list of goods instead.
func (r references) control(file bundle.File, orders []Order) (c Control, goods bool, err error) {
	switch {
	case file.WhyDamaged != "":
		return c, false, errors.New(file.WhyDamaged)
	case file.Kind != bundle.PDF:
		return c, false, errors.New("it is not a PDF")
	}
	document, err := pdf.Check(file.Data, controlLimits(file))
	if err != nil {
		return c, false, err
	}
	var pages []int
	named := map[string]bool{}
	for i := range document.Pages {
		content := document.Content(i)
		if document.WhyBroken(i) != "" || content.Blank {
			continue
		}
		if len(pages) == 0 && goodsHeading.MatchString(content.Text) {
			return c, true, nil
		}
		pages = append(pages, i)
		found := r.find(strings.Split(content.Text, "\n"))
		for _, order := range append(lo.Keys(found.strong), lo.Keys(found.shared)...) {
			named[orders[order].ID] = true
		}
	}
	if len(pages) == 0 {
		return c, false, errors.New("none of its pages can be printed")
	}
	data, err := document.Extract(pages...)
	if err != nil {
		return c, false, err
	}
	sum := sha256.Sum256(data)
	ids := lo.FilterMap(orders, func(o Order, _ int) (string, bool) { return o.ID, named[o.ID] })
	return Control{Name: file.Name, Data: data, Pages: len(pages), Orders: ids, SHA256: hex.EncodeToString(sum[:])}, false, nil
}

// FromHubStore reports that a label was requested before and comes from the hub's own store; its control
// file came with the first request.
func (l Label) FromHubStore() bool { return isOld(l.Name) }
