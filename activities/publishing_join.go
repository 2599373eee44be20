package activities

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/storage"
)

// singleLimit bounds a single label's file as it is read back for the join.
const singleLimit = 64 << 20

// joined is one joined file in the making.
type joined struct {
	format string
	labels []books.Label
	// rows and places say whose the labels are: the row, and its label's number there.
	rows, places []int
}

// unjoinable is a label that was stored as good and cannot be joined.
type unjoinable struct {
	row int
	err error
}

func (u unjoinable) Error() string { return u.err.Error() }

// join decides which labels are printed, writes a row for each order, and
// joins the files. A label that cannot be joined costs only its own order.
func (a *Publishing) join(ctx context.Context, in PublishInput, entries []books.Entry, pile *Pile) error {
	for {
		printed, others := lo.FilterReject(entries, func(e books.Entry, _ int) bool { return e.Outcome == books.Labelled })
		files, rows, err := lay(printed, in.Format)
		if err == nil {
			pile.Files, err = a.joinFiles(ctx, in, files, rows)
		}
		var bad unjoinable
		if errors.As(err, &bad) {
			spoil(entries, printed[bad.row].Order.ID, bad)
			continue
		}
		if err != nil {
			return err
		}
		pile.Entries = printed
		pile.Manifest.Rows = append(rows, lo.Map(others, func(e books.Entry, _ int) books.Row { return rowOf(e) })...)
		return nil
	}
}

func spoil(entries []books.Entry, id string, bad unjoinable) {
	for i := range entries {
		if entries[i].Order.ID == id {
			entries[i].Outcome, entries[i].Reason = books.CorruptLabel, books.Reason("its label cannot be printed: "+bad.Error())
		}
	}
}

// lay gives each printed order its row and its place in the file of its format.
func lay(printed []books.Entry, format string) (map[string]*joined, []books.Row, error) {
	files := map[string]*joined{"zpl": {format: "zpl"}, "pdf": {format: "pdf"}}
	rows := make([]books.Row, len(printed))
	for i, e := range printed {
		rows[i] = rowOf(e)
		rows[i].Position = lo.ToPtr(i + 1)
		toPrint, spare := books.ChooseFormat(e.Labels, format)
		if len(toPrint) == 0 {
			return nil, nil, unjoinable{i, errors.New("there is none")}
		}
		for n, label := range append(toPrint, spare...) {
			rows[i].Labels = append(rows[i].Labels, printedAt(label))
			if n < len(toPrint) {
				file := files[label.Format]
				file.labels, file.rows, file.places = append(file.labels, label), append(file.rows, i), append(file.places, n)
			}
		}
	}
	return files, rows, nil
}

func (a *Publishing) joinFiles(ctx context.Context, in PublishInput, files map[string]*joined, rows []books.Row) ([]books.PrintFile, error) {
	made := []books.PrintFile{}
	for _, format := range []string{"zpl", "pdf"} {
		if len(files[format].labels) == 0 {
			continue
		}
		file, err := a.joinFile(ctx, in, files[format], rows)
		if err != nil {
			return nil, err
		}
		made = append(made, file)
	}
	return made, nil
}

func rowOf(e books.Entry) books.Row {
	return books.Row{
		ID: e.Order.ID, Code: e.Order.Code, OrderNumber: e.Order.OrderNumber, ConnectionID: e.Order.ConnectionID,
		Channel: e.Order.Channel, TrackingNumber: e.Order.TrackingNumber, Items: lo.CoalesceSliceOrEmpty(e.Order.Items),
		Outcome: e.Outcome, Reason: e.Reason, Status: lo.CoalesceOrEmpty(e.Status, books.StatusNone), Labels: []books.Printed{},
	}
}

func printedAt(l books.Label) books.Printed {
	return books.Printed{Key: l.Key, Format: l.Format, SHA256: l.SHA256, Count: l.Count}
}

// joinFile writes one joined file, reopens it, counts it against the labels,
// puts it into the store and notes in the rows where each label stands.
func (a *Publishing) joinFile(ctx context.Context, in PublishInput, j *joined, rows []books.Row) (books.PrintFile, error) {
	file, err := os.CreateTemp(a.TempDir, "despacho-join-*")
	if err != nil {
		return books.PrintFile{}, fmt.Errorf("a temporary file for the joined labels: %w", err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	if err := a.write(ctx, j, file); err != nil {
		return books.PrintFile{}, err
	}
	expected := lo.SumBy(j.labels, func(l books.Label) int { return l.Count })
	count, err := reopen(j.format, file)
	if err != nil {
		return books.PrintFile{}, fmt.Errorf("reopen the joined %s: %w", j.format, err)
	}
	if count != expected {
		return books.PrintFile{}, final(ErrorBooks, fmt.Sprintf("the joined %s holds %d labels, its manifest %d", j.format, count, expected))
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return books.PrintFile{}, err
	}
	stored, err := a.Store.PutFile(ctx, storage.RunPrintPrefix(in.Merchant, in.Run), "."+j.format, contentType(j.format), file)
	if err != nil {
		return books.PrintFile{}, err
	}
	first := 1
	for i, label := range j.labels {
		place := &rows[j.rows[i]].Labels[j.places[i]]
		place.File, place.First = stored.Key, first
		first += label.Count
	}
	result := books.PrintFile{Key: stored.Key, Format: j.format, Labels: len(lo.Uniq(j.rows)), Bytes: stored.Bytes, SHA256: stored.SHA256}
	if j.format == "pdf" {
		result.Pages = count
	}
	return result, nil
}

// write streams the single labels from the store into the joined file.
func (a *Publishing) write(ctx context.Context, j *joined, w io.Writer) error {
	var failed error
	read := func(yield func([]byte, error) bool) {
		for _, label := range j.labels {
			var data []byte
			if data, failed = a.Store.ReadAll(ctx, label.Key, singleLimit); !yield(data, failed) || failed != nil {
				return
			}
		}
	}
	var inZPL *zpl.JoinError
	var inPDF *pdf.JoinError
	var err error
	if j.format == "zpl" {
		_, err = zpl.Join(w, read)
	} else {
		_, err = pdf.Join(w, read)
	}
	gone := errors.Is(failed, storage.ErrNotFound) || errors.Is(failed, storage.ErrTooLarge)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed != nil && !gone:
		return failed
	case errors.As(err, &inZPL):
		return unjoinable{j.rows[inZPL.Index], inZPL.Err}
	case errors.As(err, &inPDF):
		return unjoinable{j.rows[inPDF.Index], inPDF.Err}
	}
	return err
}

func reopen(format string, file *os.File) (int, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	if format == "zpl" {
		return zpl.Count(file)
	}
	return pdf.Pages(file)
}
