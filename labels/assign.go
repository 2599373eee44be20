package labels

import (
	"fmt"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/bundle"
)

// Assign gives each label among the files to one of the orders: by what is printed on it, then by
// the file's name. A label that names no order stays unassigned; the caller then looks for it among
// the orders' own documents.
func Assign(files []bundle.File, orders []Order) Assignment {
	a := assignmentInProgress{orders: orders, references: indexReferences(orders), known: unknown, out: newAssignment()}
	return a.assignFiles(files)
}

// AssignKnown takes files from one order's own documents: a label without a readable reference is
// that order's. batch lists all orders of the request; a file that names another of them is a
// conflict. Order may be in batch.
func AssignKnown(files []bundle.File, order Order, batch []Order) Assignment {
	others := lo.Reject(batch, func(o Order, _ int) bool { return o.ID == order.ID })
	orders := append([]Order{order}, others...)
	a := assignmentInProgress{orders: orders, references: indexReferences(orders), known: 0, out: newAssignment()}
	return a.assignFiles(files)
}

const unknown = -1

type assignmentInProgress struct {
	orders     []Order
	references references
	known      int // the order whose own documents these are
	out        Assignment
	candidates []candidate
}

// candidate is the parts of one file that make one order's label.
type candidate struct {
	order  int
	from   *openedFile
	parts  []part
	merged bool // the file holds labels of several orders
}

func (a *assignmentInProgress) assignFiles(files []bundle.File) Assignment {
	for at, file := range files {
		if file.Kind == bundle.Housekeeping {
			continue
		}
		if file.Kind == bundle.Workbook || IsControlFile(file) {
			a.out.Papers = append(a.out.Papers, file)
			continue
		}
		o, bad := a.references.open(at, file)
		if bad != nil {
			a.unusable(file, *bad)
			continue
		}
		a.placeFile(&o)
	}
	a.settleCopies()
	return a.out
}

// owner is the order that a file's name refers to.
func (a *assignmentInProgress) owner(file bundle.File) (order int, strong, ok bool) {
	f := a.references.inName(file.Name)
	order, ok = f.onlyOrder()
	return order, ok && f.strong[order], ok
}

func (a *assignmentInProgress) unusable(file bundle.File, bad unusableFile) {
	order, _, ok := a.owner(file)
	if a.known != unknown {
		order, ok = a.known, true
	}
	if !ok {
		a.addLoose(file, bad.reason, nil)
		return
	}
	a.problem(order, bad.kind, file, bad.reason)
}

func (a *assignmentInProgress) problem(order int, kind ProblemKind, file bundle.File, reason string) {
	id := a.orders[order].ID
	a.out.Problems[id] = append(a.out.Problems[id], Problem{Kind: kind, File: file, Reason: reason})
}

func (a *assignmentInProgress) addLoose(file bundle.File, reason string, parts []part) {
	var named []string
	for _, p := range parts {
		for _, which := range []map[int]bool{p.found.strong, p.found.weak, p.found.shared} {
			for order := range which {
				named = append(named, a.orders[order].ID)
			}
		}
	}
	slices.Sort(named)
	a.out.Unassigned = append(a.out.Unassigned, UnassignedFile{File: file, Reason: reason, Orders: slices.Compact(named)})
}

// conflict withholds a file that names two orders from both.
func (a *assignmentInProgress) conflict(file bundle.File, claimed, other int) {
	reason := fmt.Sprintf("the file came for order %s, but names order %s", a.orders[claimed].name(), a.orders[other].name())
	a.problem(claimed, Conflict, file, reason)
	a.problem(other, Conflict, file, reason)
}

// placeFile distributes a file's parts among the orders.
func (a *assignmentInProgress) placeFile(o *openedFile) {
	parts := a.withoutControls(o)
	if len(parts) == 0 {
		a.out.Papers = append(a.out.Papers, o.file)
		return
	}
	a.controlPages(o)
	named, strongly, hasName := a.owner(o.file)
	insiders := a.namedOrders(parts, strongly || a.known != unknown)
	claimed, isClaimed := named, hasName
	if a.known != unknown {
		claimed, isClaimed = a.known, true
	}
	switch {
	case len(insiders) > 1:
		a.placeEach(o, parts)
	case len(insiders) == 1 && isClaimed && insiders[0] != claimed:
		a.conflict(o.file, claimed, insiders[0])
	case len(insiders) == 1 && hasName && named == insiders[0]:
		a.placeAll(o, parts, named, false)
	case len(insiders) == 1:
		a.placeAll(o, parts, insiders[0], true)
	case isClaimed && hasName && named != claimed:
		a.conflict(o.file, claimed, named)
	case isClaimed:
		a.placeAll(o, parts, claimed, false)
	default:
		a.addLoose(o.file, a.whyNobody(parts), parts)
	}
}

// withoutControls leaves out the pages of lists: those that name several orders or have a list's
// heading, and the pages that follow them.
func (a *assignmentInProgress) withoutControls(o *openedFile) []part {
	isList := func(p part) bool { return p.format == PDF && p.broken == "" && (p.control || len(p.found.strong) > 1) }
	_, first, found := lo.FindIndexOf(o.parts, isList)
	if !found {
		return o.parts
	}
	rest := lo.Reject(o.parts[first:], func(p part, _ int) bool { return isList(p) })
	labels := lo.Filter(rest, func(p part, _ int) bool { _, ok := p.found.onlyOrder(); return ok })
	if first == 0 && len(labels) > 1 {
		return rest
	}
	return o.parts[:first]
}

// controlPages collects the pages of a control file that are mixed with labels.
func (a *assignmentInProgress) controlPages(o *openedFile) {
	pages := lo.FilterMap(o.parts, func(p part, _ int) (int, bool) { return p.index, p.control && p.broken == "" })
	if len(pages) == 0 {
		return
	}
	data, err := o.document.Extract(pages...)
	if err != nil {
		return // its labels are used; the list stays in the file as it came
	}
	a.out.Papers = append(a.out.Papers, bundle.File{Name: o.file.Name + "!control.pdf", Kind: bundle.PDF, Data: data})
}

// namedOrders are the orders that the parts name, each part on its own. With onlyStrong, a short
// number does not override the file's name.
func (a *assignmentInProgress) namedOrders(parts []part, onlyStrong bool) []int {
	var orders []int
	for _, p := range parts {
		if order, ok := p.found.onlyOrder(); ok && (!onlyStrong || p.found.strong[order]) {
			orders = append(orders, order)
		}
	}
	slices.Sort(orders)
	return slices.Compact(orders)
}

func (a *assignmentInProgress) whyNobody(parts []part) string {
	for _, p := range parts {
		if p.broken != "" {
			return p.broken
		}
		if len(p.found.shared) > 0 {
			return "what is printed on it belongs to several orders, and its name does not say which"
		}
		if len(p.found.strong)+len(p.found.weak) > 1 {
			return "it names several orders, and the file's name does not say which"
		}
	}
	return "neither its text nor its name has a reference of an order"
}
