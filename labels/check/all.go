package check

import (
	"context"
	"iter"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/internal/ahead"
)

// Cut says which part of a PDF makes one label.
type Cut int

// The ways to cut a PDF.
const (
	None       Cut = iota // nothing: only the report is wanted
	Whole                 // the whole file
	ByID                  // each page with an id, together with the pages after it that have none
	PageByPage            // each page
)

// Files checks files, a few at a time on all cores, and yields their reports in the order of the
// files. It stops early when ctx ends.
func Files(ctx context.Context, sources []Source) iter.Seq[Input] {
	return func(yield func(Input) bool) {
		for c := range All(ctx, sources, None, nil) {
			if !yield(c.Input) {
				return
			}
		}
	}
}

// All is [Files] together with the labels that can be joined. A source listed in refused, by its
// number from 0, is reported with that reason and yields no label.
func All(ctx context.Context, sources []Source, cut Cut, refused map[int]error) iter.Seq[Checked] {
	return func(yield func(Checked) bool) {
		before := seenLabels{}
		work := func(i int) Checked {
			c := checkSource(ctx, sources[i], cut)
			c.Source = i
			if refused[i] != nil {
				c.refuseWhole(refused[i])
			}
			return c
		}
		for c := range ahead.Map(ctx, slices.Values(lo.Range(len(sources))), work) {
			if ctx.Err() != nil {
				return // a file may have been read only in part
			}
			before.note(&c)
			if !yield(c) {
				return
			}
		}
	}
}

func (c *Checked) refuseWhole(why error) {
	c.OK, c.Labels, c.Pages, c.Reason = false, 0, []Page{}, why.Error()
	c.Printable, c.sums = nil, nil
}
