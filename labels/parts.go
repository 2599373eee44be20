package labels

import (
	"cmp"
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

// part is a page of a PDF or a unit of ZPL: the smallest thing that can be a label.
type part struct {
	format      Format
	index       int // within its file
	name        string
	texts       []string
	numbers     []string // the long numbers on it, sorted
	fingerprint [sha256.Size]byte
	control     bool // a page of a list or manifest
	uncut       bool // a page that may carry several labels
	single      bool // a label that was cut out of a sheet
	found       namedOrders
	broken      string
	notes       []string
	unit        []byte
}

// openedFile is a label file with its parts; document is set for a PDF. Changes lists what was removed
// or repaired in the file as a whole.
type openedFile struct {
	file     bundle.File
	at       int
	parts    []part
	document pdf.Document
	changes  []string
	old      bool
}

// unusableFile is a label file without any part to print.
type unusableFile struct {
	kind   ProblemKind
	reason string
}

func (r references) open(at int, file bundle.File) (openedFile, *unusableFile) {
	o := openedFile{file: file, at: at, old: isOld(file.Name)}
	if file.WhyDamaged != "" {
		return o, &unusableFile{Damaged, file.WhyDamaged}
	}
	var bad *unusableFile
	switch file.Kind {
	case bundle.PDF:
		bad = o.readPDF()
	case bundle.ZPL:
		bad = o.readZPL()
	case bundle.Empty:
		bad = &unusableFile{Empty, "the file is empty"}
	case bundle.Workbook, bundle.Image, bundle.HTML, bundle.Archive, bundle.Unknown, bundle.Housekeeping:
		bad = &unusableFile{NotLabel, fmt.Sprintf("the file is not a label: its kind is %q", file.Kind)}
	}
	if file.Unescaped != "" {
		o.changes = append(o.changes, "unescaped: "+file.Unescaped)
	}
	for i := range o.parts {
		p := &o.parts[i]
		p.found, p.numbers = r.find(p.texts), longNumbers(p.texts)
		if p.uncut && len(p.found.strong) > 1 && !p.control {
			p.broken = "it carries labels of several orders, and it is not clear where each one ends"
		}
	}
	return o, bad
}

func (o *openedFile) readPDF() *unusableFile {
	document, err := pdf.Check(o.file.Data, pdf.Limits{Budget: o.file.Budget})
	var refused *pdf.Error
	if errors.As(err, &refused) {
		kinds := map[pdf.Reason]ProblemKind{pdf.Empty: Empty, pdf.Encrypted: Encrypted, pdf.NotPDF: NotLabel}
		return &unusableFile{cmp.Or(kinds[refused.Reason], Damaged), err.Error()}
	}
	if err != nil {
		return &unusableFile{Damaged, string(pdf.Damaged)}
	}
	document, sheets, err := document.CutSheets(HasControlHeading)
	if err != nil {
		return &unusableFile{Damaged, string(pdf.Damaged)}
	}
	o.document = document
	o.changes = lo.Map(document.Removed, func(r pdf.Removed, _ int) string { return "removed " + r.String() })
	if document.Repaired != "" {
		o.changes = append(o.changes, document.Repaired)
	}
	ofPage := lo.KeyBy(sheets, func(s pdf.Sheet) int { return s.Page })
	for i := range document.Pages {
		content, broken := document.Content(i), document.WhyBroken(i)
		if content.Blank && broken == "" {
			continue
		}
		p := part{format: PDF, index: i, name: document.PageName(i), broken: broken,
			texts: strings.Split(content.Text, "\n"), control: HasControlHeading(content.Text), notes: content.Notes}
		if sheet, ok := ofPage[document.PageNumber(i)]; ok {
			p.notes, p.uncut, p.single = append([]string{sheet.String()}, p.notes...), sheet.Labels == 0, sheet.Labels > 0
		}
		p.fingerprint = o.pageFingerprint(i, content.Text, p.single)
		o.parts = append(o.parts, p)
	}
	if len(o.parts) == 0 {
		return &unusableFile{Empty, "every page of the file is blank"}
	}
	return nil
}

// pageFingerprint is of the text or, if a page has hardly any, of everything on it. Labels of a sheet
// may differ in their barcodes alone, if they have no number in text.
func (o *openedFile) pageFingerprint(page int, text string, single bool) [sha256.Size]byte {
	const enough = 20
	words := strings.Join(strings.Fields(text), " ")
	if len(words) >= enough && !(single && !anyNumber.MatchString(words)) {
		return sha256.Sum256([]byte(words))
	}
	data, err := o.document.Extract(page)
	if err != nil {
		data = fmt.Appendf(nil, "%d %d", o.at, page)
	}
	return sha256.Sum256(data)
}

func (o *openedFile) readZPL() *unusableFile {
	units, report := zpl.SplitWithin(o.file.Budget, o.file.Data)
	switch {
	case report.Broken != "":
		return &unusableFile{Damaged, report.Broken}
	case len(units) == 0:
		return &unusableFile{Empty, "the file prints nothing"}
	}
	o.changes = append(lo.Map(report.Removed, func(r zpl.Removed, _ int) string { return r.String() }), report.Repairs...)
	for i, u := range units {
		o.parts = append(o.parts, part{
			format: ZPL, index: i, name: fmt.Sprintf("label %d", i+1), unit: u.Data, broken: u.Broken, texts: zpl.Texts(u),
			notes: u.Repairs, fingerprint: zpl.Fingerprint(u)})
	}
	return nil
}

// label writes parts of the file that belong together as one label.
func (o *openedFile) label(parts []part) (Label, error) {
	notes := lo.Uniq(append(o.describeChanges(), lo.FlatMap(parts, func(p part, _ int) []string { return p.notes })...))
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

// describeChanges lists what was changed in the file and, if the file has other labels, says that the change
// may concern those.
func (o *openedFile) describeChanges() []string {
	if len(o.parts) == 1 {
		return slices.Clone(o.changes)
	}
	things := lo.Ternary(o.file.Kind == bundle.PDF, "pages", "labels")
	return lo.Map(o.changes, func(change string, _ int) string {
		return fmt.Sprintf("in its file of %d %s: %s", len(o.parts), things, change)
	})
}

var anyNumber = regexp.MustCompile(`[0-9]{4}`)

var digits = regexp.MustCompile(`[0-9](?:[ -]?[0-9]){7,}`)

// longNumbers are what distinguishes one parcel's label from another's: runs of eight or more
// digits, without the blanks between them.
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
