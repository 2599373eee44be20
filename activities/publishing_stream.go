package activities

import (
	"context"
	"fmt"
	"iter"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels/stamp"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/storage"
)

// stream gives what goes into a joined file, one after the other.
type stream struct {
	store *storage.Store
	file  *joined
	// stamping gives a label's stamp; nil for none.
	stamping func(toPrint) stamp.Stamp
	// notes are what was done to each label while it was read.
	notes [][]string
	// failed is why the store did not give a label.
	failed error
}

func (s *stream) each(ctx context.Context) iter.Seq2[[]byte, error] {
	s.notes = make([][]string, len(s.file.labels))
	return func(yield func([]byte, error) bool) {
		if s.file.opening != nil && !yield(s.file.opening, nil) {
			return
		}
		i := 0
		for data, err := range readAhead(ctx, s.store, s.file.labels) {
			if err != nil {
				s.failed = err
				yield(nil, err)
				return
			}
			if label := s.file.labels[i]; s.stamping != nil {
				data, s.notes[i] = stamped(label.Format, data, s.stamping(label))
			}
			if !yield(data, nil) {
				return
			}
			i++
		}
		if s.file.closing != nil {
			yield(s.file.closing, nil)
		}
	}
}

// stamping gives each label the number of its order in the pile and its items;
// nil when labels are not stamped.
func (in PublishInput) stamping(rows []books.Row) func(toPrint) stamp.Stamp {
	if !in.Stamp {
		return nil
	}
	return func(l toPrint) stamp.Stamp {
		row := rows[l.row]
		return stamp.Stamp{
			Number: lo.FromPtr(row.Position), Of: len(rows),
			Lines: lo.Map(row.Items, func(i books.Item, _ int) string { return fmt.Sprintf("%d × %s", i.Quantity, i.SKU) }),
		}
	}
}

// stamped stamps a label. One that cannot be stamped is printed as it came,
// and said.
func stamped(format string, label []byte, with stamp.Stamp) (data []byte, notes []string) {
	pieces, stamping := [][]byte{label}, stamp.PDF
	if format == "zpl" {
		units, _ := zpl.Split(label)
		pieces, stamping = lo.Map(units, func(u zpl.Unit, _ int) []byte { return u.Data }), stamp.ZPL
	}
	for _, piece := range pieces {
		s, err := stamping(piece, with)
		if err != nil {
			return label, []string{"not stamped: " + err.Error()}
		}
		data, notes = append(data, s.Data...), append(notes, s.Notes...)
	}
	return data, lo.Uniq(notes)
}
