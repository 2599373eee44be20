package labels

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// part is a page of a PDF or a unit of ZPL: the smallest thing that can be a
// label.
type part struct {
	format      Format
	index       int // within its file
	name        string
	texts       []string
	numbers     []string // the long numbers on it, sorted
	fingerprint [sha256.Size]byte
	control     bool // a page of a list or manifest
	uncut       bool // a page that may carry several labels
	found       found
	broken      string
	notes       []string
	unit        []byte
}

// opened is a label file with its parts; document is set for a PDF. Changes are
// what was taken out of it or mended, in the file as a whole.
type opened struct {
	file     bundle.File
	at       int
	parts    []part
	document pdf.Document
	changes  []string
	old      bool
}

// unusable is a label file that has no part to print.
type unusable struct {
	kind   ProblemKind
	reason string
}

func (r references) open(at int, file bundle.File) (opened, *unusable) {
	o := opened{file: file, at: at, old: isOld(file.Name)}
	if file.Broken != "" {
		return o, &unusable{Broken, file.Broken}
	}
	var bad *unusable
	switch file.Kind {
	case bundle.PDF:
		bad = o.readPDF()
	case bundle.ZPL:
		bad = o.readZPL()
	case bundle.Empty:
		bad = &unusable{Empty, "the file is empty"}
	default:
		bad = &unusable{NotLabel, fmt.Sprintf("the file is no label: its kind is %q", file.Kind)}
	}
	for i := range o.parts {
		p := &o.parts[i]
		p.found, p.numbers = r.find(p.texts), longNumbers(p.texts)
		if p.uncut && len(p.found.strong) > 1 && !p.control {
			p.broken = "it carries labels of several orders, and where one ends cannot be told"
		}
	}
	return o, bad
}

func (o *opened) readPDF() *unusable {
	document, err := pdf.Check(o.file.Data, pdf.Limits{})
	var refused *pdf.Error
	if errors.As(err, &refused) {
		kinds := map[pdf.Reason]ProblemKind{pdf.Empty: Empty, pdf.Encrypted: Encrypted, pdf.NotPDF: NotLabel}
		return &unusable{lo.CoalesceOrEmpty(kinds[refused.Reason], Broken), err.Error()}
	}
	if err != nil {
		return &unusable{Broken, string(pdf.Damaged)}
	}
	document, sheets, err := document.Singles(HasControlHeading)
	if err != nil {
		return &unusable{Broken, string(pdf.Damaged)}
	}
	o.document = document
	o.changes = lo.Map(document.Removed, func(r pdf.Removed, _ int) string { return "removed " + r.String() })
	if document.Repaired != "" {
		o.changes = append(o.changes, document.Repaired)
	}
	ofPage := lo.KeyBy(sheets, func(s pdf.Sheet) int { return s.Page })
	for i := range document.Pages {
		content, broken := document.Content(i), document.Broken(i)
		if content.Blank && broken == "" {
			continue
		}
		p := part{format: PDF, index: i, name: document.PageName(i), broken: broken,
			texts: strings.Split(content.Text, "\n"), control: HasControlHeading(content.Text)}
		if sheet, ok := ofPage[document.PageNumber(i)]; ok {
			p.notes, p.uncut = []string{sheet.String()}, sheet.Labels == 0
		}
		p.fingerprint = o.pageFingerprint(i, content.Text)
		o.parts = append(o.parts, p)
	}
	if len(o.parts) == 0 {
		return &unusable{Empty, "every page of the file is blank"}
	}
	return nil
}

// pageFingerprint is of the text, or of everything on a page with hardly any.
func (o *opened) pageFingerprint(page int, text string) [sha256.Size]byte {
	const enough = 20
	words := strings.Join(strings.Fields(text), " ")
	if len(words) >= enough {
		return sha256.Sum256([]byte(words))
	}
	data, err := o.document.Extract(page)
	if err != nil {
		data = fmt.Appendf(nil, "%d %d", o.at, page)
	}
	return sha256.Sum256(data)
}

func (o *opened) readZPL() *unusable {
	units, report := zpl.Split(o.file.Data)
	switch {
	case report.Broken != "":
		return &unusable{Broken, report.Broken}
	case len(units) == 0:
		return &unusable{Empty, "the file prints nothing"}
	}
	o.changes = append(lo.Map(report.Removed, func(r zpl.Removed, _ int) string { return r.String() }), report.Repairs...)
	for i, u := range units {
		o.parts = append(o.parts, part{
			format: ZPL, index: i, name: fmt.Sprintf("label %d", i+1), unit: u.Data, broken: u.Broken, texts: zpl.IDs(u),
			notes: u.Repairs, fingerprint: zpl.Fingerprint(u)})
	}
	return nil
}

// label writes parts of the file that belong together as one label.
func (o *opened) label(parts []part) (Label, error) {
	notes := lo.Uniq(append(o.told(), lo.FlatMap(parts, func(p part, _ int) []string { return p.notes })...))
	if parts[0].format == ZPL {
		units := slices.Concat(lo.Map(parts, func(p part, _ int) []byte { return p.unit })...)
		return newLabel(ZPL, o.file.Name, units, len(parts), notes), nil
	}
	data := o.document.Data
	if len(parts) < o.document.Pages {
		var err error
		if data, err = o.document.Extract(lo.Map(parts, func(p part, _ int) int { return p.index })...); err != nil {
			return Label{}, err
		}
	}
	return newLabel(PDF, o.file.Name, data, len(parts), notes), nil
}

// told says what was changed in the file, and that it was not in this label
// alone when there are others.
func (o *opened) told() []string {
	if len(o.parts) == 1 {
		return slices.Clone(o.changes)
	}
	things := lo.Ternary(o.file.Kind == bundle.PDF, "pages", "labels")
	return lo.Map(o.changes, func(change string, _ int) string {
		return fmt.Sprintf("in its file of %d %s: %s", len(o.parts), things, change)
	})
}

var digits = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){7,}`)

// longNumbers are what tells one parcel's label from another's: runs of eight
// digits or more, without the blanks between.
func longNumbers(texts []string) []string {
	var numbers []string
	for _, text := range texts {
		for _, run := range digits.FindAllString(text, -1) {
			numbers = append(numbers, strings.NewReplacer(" ", "", "-", "").Replace(run))
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}
