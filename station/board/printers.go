package board

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/samber/lo"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/registry"
	"github.com/despacho/despacho/storage"
)

// queue is a printer of the site with what waits for it.
type queue struct {
	printing.Printer
	progress contract.PrinterProgress
	jobs     []*job
	// looked is what this station's own look said last, while there is a job.
	looked *printing.Status
}

// unheardPause is how long a job that this station asked for may be in no queue.
const unheardPause = 30 * time.Second

// readPrinters reads the printers, their queues and the jobs in them.
func (b *Board) readPrinters(ctx context.Context) error {
	began := b.Now()
	printers, err := registry.List(ctx, b.Store, b.Site)
	if err != nil {
		return err
	}
	queues, errs := make([]queue, len(printers)), make([]error, len(printers))
	var group errgroup.Group
	group.SetLimit(storeParallel)
	for i, p := range printers {
		group.Go(func() error {
			queues[i], errs[i] = b.readQueue(ctx, p)
			return nil
		})
	}
	_ = group.Wait()
	err = errors.Join(errs...)
	b.change(func(m *model) bool { return m.setQueues(queues, began, err != nil) })
	return err
}

// readQueue reads a printer's queue. When it cannot be asked, its jobs are those that were there.
func (b *Board) readQueue(ctx context.Context, p printing.Printer) (queue, error) {
	q := queue{Printer: p}
	progress, err := b.Queues.Progress(ctx, b.Site, p.Name)
	if err != nil {
		was := look(b, func(m *model) queue {
			was, _ := lo.Find(m.queues, func(q queue) bool { return q.Name == p.Name })
			return was
		})
		q.progress, q.jobs = was.progress, slices.Clone(was.jobs)
		return q, ofTemporal(err)
	}
	q.progress = progress
	var errs []error
	for _, queued := range progress.Jobs {
		j, err := b.jobInQueue(ctx, queued)
		if err == nil {
			q.jobs = append(q.jobs, j)
		}
		errs = append(errs, err)
	}
	return q, errors.Join(errs...)
}

// jobInQueue is the stored job of a queue's entry.
func (b *Board) jobInQueue(ctx context.Context, queued contract.QueuedJob) (*job, error) {
	known := look(b, func(m *model) *job { return m.jobs[jobKey{queued.Merchant, queued.Job}] })
	if known != nil {
		return &job{PrintJob: known.PrintJob, queued: queued}, nil
	}
	j := &job{queued: queued}
	err := b.Store.Get(ctx, storage.PrintJob(queued.Merchant, queued.Job), &j.PrintJob)
	return j, err
}

// setQueues puts the queues in place of those before. Jobs that are in none any more, and were not asked
// for just now, queue nothing: what became of their labels stands in the log.
func (m *model) setQueues(queues []queue, began time.Time, failed bool) bool {
	inQueue := map[jobKey]*job{}
	for i := range queues {
		for n, fresh := range queues[i].jobs {
			key := jobKey{fresh.Merchant, fresh.ID}
			if known := m.jobs[key]; known != nil {
				known.queued, known.askedAt, known.goneAt = fresh.queued, time.Time{}, time.Time{}
				queues[i].jobs[n] = known
			} else {
				m.jobs[key] = fresh
			}
			m.enqueue(m.jobs[key])
			inQueue[key] = m.jobs[key]
		}
		if was, there := lo.Find(m.queues, func(q queue) bool { return q.Name == queues[i].Name }); there && len(queues[i].jobs) > 0 {
			queues[i].looked = was.looked
		}
	}
	left := false
	for key, j := range m.jobs {
		if inQueue[key] != nil || failed || j.askedAt.After(began.Add(-unheardPause)) {
			continue
		}
		if j.goneAt.IsZero() {
			// The log is read after the queues: the marks go at the next look.
			j.goneAt = began
			continue
		}
		m.dequeue(j)
		delete(m.jobs, key)
		left = true
	}
	changed := left || !slices.EqualFunc(m.queues, queues, func(a, b queue) bool {
		return reflect.DeepEqual(a.Printer, b.Printer) && reflect.DeepEqual(a.progress, b.progress)
	})
	m.queues = queues
	return changed
}

// HasPrinter says whether the site has a printer of this name.
func (b *Board) HasPrinter(name string) bool {
	return look(b, func(m *model) bool {
		return slices.ContainsFunc(m.queues, func(q queue) bool { return q.Name == name })
	})
}
