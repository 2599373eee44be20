package board

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// run is a run in view; what its manifest says never changes.
type run struct {
	merchant, merchantName, key string
	state                       contract.RunState
	started                     time.Time
	open                        bool
	result                      contract.RunResult
	// request is what was asked of it, once that was read.
	request contract.LabelRunInput
	asked   bool

	// labels are in the order of the pile, rest are its orders without a label in it.
	labels []*label
	rest   []*label
	piles  []*pile
	// orders are the labels by the order's id, codes by what a scan may say, skus those that want a product.
	orders, codes, skus map[string][]*label
	// numbered is how many orders the pile has.
	numbered int

	// counted: the figures below are those of the papers.
	counted               bool
	printed, doubts, held int
}

// pile is what goes together.
type pile struct {
	id                     string
	channel, shop, courier string
	deadline               time.Time
	first, last            int
	labels                 []*label
	printed, doubts        int
}

// label is a label of a run; an order without one stands in rest with number 0.
type label struct {
	run    *run
	row    *contract.ManifestRow
	number int
	paper  *paper
	pile   *pile
	// codes are the names of the order, as [Code] writes them, at its first label.
	codes []string
}

func (l *label) key() labelKey     { return labelKey{l.run.merchant, l.row.ID, l.number} }
func (l *label) position() int     { return lo.FromPtr(l.row.Position) }
func (l *label) isPrintable() bool { return l.number > 0 }

// setManifest takes in the manifest; papers finds the paper of a label.
func (r *run) setManifest(manifest contract.Manifest) {
	for i := range manifest.Rows {
		row := &manifest.Rows[i]
		if row.Position == nil || len(row.ToPrint()) == 0 {
			r.rest = append(r.rest, &label{run: r, row: row})
			continue
		}
		r.numbered++
		for n := range row.ToPrint() {
			r.labels = append(r.labels, &label{run: r, row: row, number: n + 1})
		}
	}
	slices.SortStableFunc(r.labels, func(a, b *label) int { return cmp.Compare(a.position(), b.position()) })
	r.makePiles()
	r.makeIndex()
}

// makePiles puts the labels of a channel, shop and courier into one pile.
func (r *run) makePiles() {
	piles := map[string]*pile{}
	for _, l := range r.labels {
		id := pileID(l.row)
		p := piles[id]
		if p == nil {
			p = &pile{id: id, channel: l.row.Channel, shop: l.row.ConnectionName, courier: l.row.Courier, first: l.position()}
			piles[id] = p
			r.piles = append(r.piles, p)
		}
		if d := lo.FromPtr(l.row.Deadline); !d.IsZero() && (p.deadline.IsZero() || d.Before(p.deadline)) {
			p.deadline = d
		}
		p.last, l.pile = l.position(), p
		p.labels = append(p.labels, l)
	}
}

func pileID(row *contract.ManifestRow) string {
	sum := sha256.Sum256([]byte(row.Channel + "\x00" + row.ConnectionName + "\x00" + row.Courier))
	return hex.EncodeToString(sum[:6])
}

// setRuns puts the runs in view in place of those before, the newest first; it says whether that changed anything.
func (m *model) setRuns(runs []*run, forget time.Time) bool {
	slices.SortFunc(runs, func(a, b *run) int {
		return cmp.Or(b.started.Compare(a.started), cmp.Compare(a.merchant, b.merchant), cmp.Compare(a.key, b.key))
	})
	if slices.EqualFunc(m.runs, runs, func(a, b *run) bool { return a == b || a.open && b.open && a.looksLike(b) }) {
		return false
	}
	gone, come := lo.Difference(m.runs, runs)
	for _, r := range gone {
		for _, l := range r.labels {
			l.paper.at = lo.Without(l.paper.at, r)
		}
	}
	for _, r := range come {
		for _, l := range r.labels {
			l.paper = m.paper(l.key())
			l.paper.at = append(l.paper.at, r)
		}
	}
	m.runs = runs
	if len(gone) > 0 {
		m.forget(forget)
	}
	return true
}

// looksLike says that two pictures of a run in progress show the same.
func (r *run) looksLike(other *run) bool {
	return r.merchant == other.merchant && r.key == other.key && r.state == other.state && reflect.DeepEqual(r.result, other.result)
}

// forget drops the papers of labels out of view of which nothing was heard since.
func (m *model) forget(since time.Time) {
	for code, keys := range m.texts.codes {
		keys = lo.Filter(keys, func(key labelKey, _ int) bool { return m.findLabel(key.merchant, key.order, key.label) != nil })
		if m.texts.codes[code] = keys; len(keys) == 0 {
			delete(m.texts.codes, code)
		}
	}
	for key, p := range m.papers {
		if len(p.at) == 0 && p.queuedBy == nil && !slices.ContainsFunc(p.prints, func(one printOfJob) bool { return one.changed.After(since) }) {
			delete(m.papers, key)
		}
	}
}

// count brings the figures up to date.
func (r *run) count() {
	if r.counted {
		return
	}
	r.printed, r.doubts, r.held, r.counted = 0, 0, 0, true
	for _, p := range r.piles {
		p.printed, p.doubts = 0, 0
		for _, l := range p.labels {
			switch state := l.paper.state(); {
			case state.IsOnPaper():
				p.printed++
			case state == contract.PrintUnknown:
				p.doubts++
			case state == contract.PrintHeld:
				r.held++
			}
		}
		r.printed, r.doubts = r.printed+p.printed, r.doubts+p.doubts
	}
}
