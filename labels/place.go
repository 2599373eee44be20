package labels

import (
	"fmt"

	"github.com/samber/lo"
)

// placeAll gives a file that is for one order to that order. With onlyContinued, a part without the
// order's reference goes with it only if it can be a page that continues one with the reference.
func (a *assignmentInProgress) placeAll(o *openedFile, parts []part, order int, onlyContinued bool) {
	var taken []part
	named := lo.Filter(parts, func(p part, _ int) bool { return p.found.names(order) })
	for _, p := range parts {
		if onlyContinued && !p.found.names(order) && !continues(p, named) {
			a.addLoose(o.file, fmt.Sprintf("its %s: %s", p.name, a.whyNobody([]part{p})), []part{p})
			continue
		}
		taken = append(taken, p)
	}
	a.addCandidates(o, taken, order, false)
}

// placeEach gives each part of a file with several orders' labels to its own order. A page without
// any reference stays with the label before it, unless it has numbers that are not on that label:
// then it could be anybody's.
func (a *assignmentInProgress) placeEach(o *openedFile, parts []part) {
	var run []part
	owner := unknown
	flush := func() {
		if owner != unknown && (a.known == unknown || owner == a.known) {
			a.addCandidates(o, run, owner, true)
		}
		run = nil
	}
	for _, p := range parts {
		order, ok := a.partOwner(p)
		switch {
		case ok && order == owner:
			run = append(run, p)
		case ok:
			flush()
			owner, run = order, []part{p}
		case owner != unknown && p.found.none() && continues(p, run):
			run = append(run, p)
		default:
			flush()
			owner = unknown
			a.addLoose(o.file, fmt.Sprintf("its %s: %s", p.name, a.whyNobody([]part{p})), []part{p})
		}
	}
	flush()
}

// partOwner prefers the known order, whose reference may be on a part together with a number that
// others share.
func (a *assignmentInProgress) partOwner(p part) (int, bool) {
	if order, ok := p.found.onlyOrder(); ok {
		return order, true
	}
	if a.known != unknown && p.found.names(a.known) {
		return a.known, true
	}
	return unknown, false
}

// continues reports whether a page can continue others: it has no number that is not on them, and
// is no label of a sheet, which is whole, and no sheet of several.
func continues(p part, from []part) bool {
	if p.format != PDF || p.broken != "" || p.single || p.uncut {
		return false
	}
	known := lo.FlatMap(from, func(p part, _ int) []string { return p.numbers })
	return lo.Every(known, p.numbers)
}

// addCandidates makes candidates of an order's parts: each unit of ZPL is a parcel, and so is each label of
// a sheet and each page with the order's reference, together with the pages after it.
func (a *assignmentInProgress) addCandidates(o *openedFile, parts []part, order int, merged bool) {
	var group []part
	flush := func() {
		if len(group) > 0 {
			a.candidates = append(a.candidates, candidate{order: order, from: o, parts: group, merged: merged})
		}
		group = nil
	}
	for _, p := range parts {
		if p.broken != "" {
			kind := lo.Ternary(len(p.texts) == 0, Empty, Damaged)
			a.problem(order, kind, o.file, fmt.Sprintf("its %s: %s", p.name, p.broken))
			continue
		}
		if p.format == ZPL || p.single || p.found.names(order) || hasTwin(group, p) {
			flush()
		}
		group = append(group, p)
	}
	flush()
}

func hasTwin(group []part, p part) bool {
	return lo.SomeBy(group, func(other part) bool { return other.fingerprint == p.fingerprint })
}
