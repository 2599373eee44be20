package board

import (
	"cmp"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/wording"
)

// Scope limits where a scan is looked for; the zero value is everything in view.
type Scope struct{ Merchant, Run string }

func (s Scope) runs(m *model) []*run {
	return lo.Filter(m.runs, func(r *run, _ int) bool {
		return (s.Merchant == "" || r.merchant == s.Merchant) && (s.Run == "" || r.key == s.Run)
	})
}

// Named are the orders that a scan names by itself, for each the label that comes next. An order of the
// scope's run hides those of others.
func (b *Board) Named(codes Codes, scope Scope, language wording.Language) []api.Label {
	return b.find(codes, scope, language, (*run).named)
}

// Hinted are the orders with a number that holds the scan or stands within it, as Named has them.
func (b *Board) Hinted(codes Codes, scope Scope, language wording.Language) []api.Label {
	return b.find(codes, scope, language, (*run).hinted)
}

func (b *Board) find(codes Codes, scope Scope, language wording.Language, how func(*run, Codes) []*label) []api.Label {
	return look(b, func(m *model) []api.Label {
		for _, where := range lo.Uniq([]Scope{scope, {Merchant: scope.Merchant}}) {
			var found []*label
			for _, r := range where.runs(m) {
				found = append(found, how(r, codes)...)
			}
			if len(found) > 0 {
				found = orderByOrder(found)
				return lo.Map(found[:min(len(found), maxFound)], func(l *label, _ int) api.Label { return m.showLabel(l.next(), language) })
			}
		}
		return nil
	})
}

// maxFound is how many orders a scan may mean.
const maxFound = 20

// orderByOrder keeps one label of each order: of the runs that have its label the newest, else the newest.
func orderByOrder(found []*label) []*label {
	best := map[orderKey]*label{}
	var order []orderKey
	for _, l := range found {
		key := orderKey{l.run.merchant, l.row.ID}
		known := best[key]
		if known == nil {
			order = append(order, key)
		}
		if known == nil || l.isPrintable() && !known.isPrintable() ||
			l.isPrintable() == known.isPrintable() && l.run.started.After(known.run.started) {
			best[key] = l
		}
	}
	return lo.Map(order, func(key orderKey, _ int) *label { return best[key] })
}

// next is the label of the order that comes next: the first that is not taken, else the first.
func (l *label) next() *label {
	labels := l.run.orders[l.row.ID]
	free, there := lo.Find(labels, func(l *label) bool { return l.isPrintable() && !l.paper.isTaken() })
	if there {
		return free
	}
	return labels[0]
}

// Wanted is the next order of a pile that wants a product: not printed, not cancelled, those of a single
// item first, each in the order of the pile. Without a run in the scope the newest run that has one
// decides: labels of older ones may have been printed elsewhere. Skip leaves orders out.
func (b *Board) Wanted(codes Codes, scope Scope, skip func(merchant, order string) bool, language wording.Language) (api.Label, bool) {
	type answer struct {
		label api.Label
		there bool
	}
	found := look(b, func(m *model) answer {
		for _, r := range scope.runs(m) {
			wanted := lo.FlatMap(codes.Whole, func(code string, _ int) []*label { return r.skus[code] })
			wanted = lo.Filter(wanted, func(l *label, _ int) bool {
				return !l.next().paper.isTaken() && !m.isCancelled(l) && !skip(r.merchant, l.row.ID)
			})
			if len(wanted) > 0 {
				first := slices.MinFunc(wanted, func(a, b *label) int {
					return cmp.Or(cmp.Compare(min(Pieces(a.row.Items), 2), min(Pieces(b.row.Items), 2)), cmp.Compare(a.position(), b.position()))
				})
				return answer{m.showLabel(first.next(), language), true}
			}
		}
		return answer{}
	})
	return found.label, found.there
}

// Knows says whether an order in the scope wants the product, printed or not.
func (b *Board) Knows(codes Codes, scope Scope) bool {
	return look(b, func(m *model) bool {
		return slices.ContainsFunc(scope.runs(m), func(r *run) bool {
			return slices.ContainsFunc(codes.Whole, func(code string) bool { return len(r.skus[code]) > 0 })
		})
	})
}

// Pieces is how many pieces of goods an order has.
func Pieces(items []contract.Item) int {
	return lo.SumBy(items, func(i contract.Item) int { return i.Quantity })
}

// Label is a label of an order in view, of the newest run that has it; number 0 means the one that comes
// next, no merchant any.
func (b *Board) Label(merchant, order string, number int, language wording.Language) (shown api.Label, there bool) {
	there = look(b, func(m *model) bool {
		l := m.findLabel(merchant, order, number)
		if l == nil {
			return false
		}
		shown = m.showLabel(l, language)
		return true
	})
	return shown, there
}

func (m *model) findLabel(merchant, order string, number int) *label {
	var found []*label
	for _, r := range m.runs {
		if l := r.labelOf(order, number); l != nil && (merchant == "" || r.merchant == merchant) {
			found = append(found, l)
		}
	}
	if len(found) == 0 {
		return nil
	}
	best := orderByOrder(found)[0]
	if number == 0 {
		return best.next()
	}
	return best
}

// File is the stored file of a label in view.
func (b *Board) File(merchant, order string, number int) (file contract.PrintedLabel, there bool) {
	there = look(b, func(m *model) bool {
		l := m.findLabel(merchant, order, number)
		if l == nil || !l.isPrintable() {
			return false
		}
		file = l.row.Labels[l.number-1]
		return true
	})
	return file, there
}

// Result is what a run in view answered.
func (b *Board) Result(merchant, key string) (result contract.RunResult, there bool) {
	there = look(b, func(m *model) bool {
		r := m.run(merchant, key)
		if r != nil {
			result = r.result
		}
		return r != nil
	})
	return result, there
}
