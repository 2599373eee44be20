package labels

import (
	"fmt"

	"github.com/samber/lo"
)

// placeAll gives a file that is for one order to it. With onlyContinued, a part
// without the order's reference goes along only when it can be a page that goes
// on from one with it.
func (a *assigning) placeAll(o *opened, parts []part, order int, onlyContinued bool) {
	var taken []part
	named := lo.Filter(parts, func(p part, _ int) bool { return p.found.names(order) })
	for _, p := range parts {
		if onlyContinued && !p.found.names(order) && !continues(p, named) {
			a.loose(o.file, fmt.Sprintf("its %s: %s", p.name, a.whyNobody([]part{p})), []part{p})
			continue
		}
		taken = append(taken, p)
	}
	a.take(o, taken, order, false)
}

// placeEach gives each part of a file with several orders' labels to its own. A
// page without any reference stays with the label before it, unless it bears
// numbers that are not on that label: then it may be anybody's.
func (a *assigning) placeEach(o *opened, parts []part) {
	var run []part
	owner := unknown
	flush := func() {
		if owner != unknown && (a.known == unknown || owner == a.known) {
			a.take(o, run, owner, true)
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
			a.loose(o.file, fmt.Sprintf("its %s: %s", p.name, a.whyNobody([]part{p})), []part{p})
		}
	}
	flush()
}

// partOwner prefers the known order, which may stand on a part beside a number
// that others share.
func (a *assigning) partOwner(p part) (int, bool) {
	if order, ok := p.found.alone(); ok {
		return order, true
	}
	if a.known != unknown && p.found.names(a.known) {
		return a.known, true
	}
	return unknown, false
}

// continues is true for a page that goes on from others: it has no number that
// is not on them.
func continues(p part, from []part) bool {
	if p.format != PDF || p.broken != "" {
		return false
	}
	known := lo.FlatMap(from, func(p part, _ int) []string { return p.numbers })
	return lo.Every(known, p.numbers)
}

// take makes candidates of an order's parts: each unit of ZPL is a parcel, and
// so is each page that bears the order's reference, with the pages after it.
func (a *assigning) take(o *opened, parts []part, order int, merged bool) {
	var group []part
	flush := func() {
		if len(group) > 0 {
			a.candidates = append(a.candidates, candidate{order: order, from: o, parts: group, merged: merged})
		}
		group = nil
	}
	for _, p := range parts {
		if p.broken != "" {
			kind := lo.Ternary(len(p.texts) == 0, Empty, Broken)
			a.problem(order, kind, o.file, fmt.Sprintf("its %s: %s", p.name, p.broken))
			continue
		}
		if p.format == ZPL || p.found.names(order) || hasTwin(group, p) {
			flush()
		}
		group = append(group, p)
	}
	flush()
}

func hasTwin(group []part, p part) bool {
	return lo.SomeBy(group, func(other part) bool { return other.fingerprint == p.fingerprint })
}
