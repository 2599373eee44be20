package board

import (
	"cmp"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// model is the picture; whoever uses it holds the board's lock.
type model struct {
	version int64
	// seenAt is when all was seen last.
	seenAt  time.Time
	trouble Trouble
	runs    []*run
	papers  map[labelKey]*paper
	jobs    map[jobKey]*job
	queues  []queue
	takeOut map[orderKey]*takeOut
	texts   texts
}

type (
	orderKey struct{ merchant, order string }
	labelKey struct {
		merchant, order string
		label           int
	}
	jobKey struct{ merchant, job string }
)

func newModel(version int64) *model {
	return &model{
		version: version, papers: map[labelKey]*paper{}, jobs: map[jobKey]*job{}, takeOut: map[orderKey]*takeOut{},
		texts: texts{codes: map[string][]labelKey{}, asked: map[labelKey]bool{}},
	}
}

// paper is what is known of a label's prints, whichever runs it stands in.
type paper struct {
	prints []printOfJob
	// queuedBy is the job in a printer's queue that has not come to it yet.
	queuedBy *job
	at       []*run
}

// printOfJob is the last that was heard of one print.
type printOfJob struct {
	job     string
	state   contract.PrintState
	reason  contract.Reason
	began   time.Time
	changed time.Time
}

// paper is the paper of a label.
func (m *model) paper(key labelKey) *paper {
	p := m.papers[key]
	if p == nil {
		p = &paper{}
		m.papers[key] = p
	}
	return p
}

// note takes in what became of a print; it says whether that was news.
func (m *model) note(merchant string, e contract.PrintEvent) bool {
	key := labelKey{merchant, e.Order, e.Label}
	p := m.paper(key)
	if !p.note(e) {
		return false
	}
	if e.State.MayBeOnPaper() {
		m.texts.want(key)
	}
	if j := p.queuedBy; j != nil && j.ID == e.Job && e.State != contract.PrintQueued {
		redone := slices.Contains(j.queued.Redo, contract.LabelRef{Order: e.Order, Label: e.Label})
		if e.State != contract.PrintLost || !redone {
			p.queuedBy = nil
		}
	}
	p.recount()
	return true
}

func (p *paper) note(e contract.PrintEvent) bool {
	now := printOfJob{job: e.Job, state: e.State, reason: e.Reason, began: e.ClaimedAt, changed: e.ChangedAt}
	if now.began.IsZero() {
		now.began = e.ChangedAt
	}
	for i, known := range p.prints {
		if known.job != now.job {
			continue
		}
		if now.changed.Before(known.changed) || now.state == known.state {
			return false
		}
		p.prints[i] = now
		return true
	}
	p.prints = append(p.prints, now)
	return true
}

func (p *paper) recount() {
	for _, r := range p.at {
		r.counted = false
	}
}

// of is the print of a job.
func (p *paper) of(job string) printOfJob {
	for _, known := range p.prints {
		if known.job == job {
			return known
		}
	}
	return printOfJob{}
}

// last is the newest print that may be on paper, else the newest; the zero value where there is none.
func (p *paper) last() printOfJob {
	var last printOfJob
	for _, known := range p.prints {
		a, b := known.state.MayBeOnPaper(), last.state.MayBeOnPaper()
		if a && !b || a == b && !known.began.Before(last.began) {
			last = known
		}
	}
	return last
}

// state is where the label stands; empty when nobody printed it.
func (p *paper) state() contract.PrintState {
	last := p.last()
	if p.queuedBy != nil && !last.state.MayBeOnPaper() {
		return contract.PrintQueued
	}
	return last.state
}

// isTaken says that the label is on paper, may be, or comes out by itself.
func (p *paper) isTaken() bool { return p.queuedBy != nil || p.state().MayBeOnPaper() }

// job is a stored job and where it is queued.
type job struct {
	contract.PrintJob
	queued contract.QueuedJob
	// askedAt is when this station asked for it, until a printer's queue has it.
	askedAt time.Time
	// goneAt is when no queue had it any more.
	goneAt time.Time
}

// runOf is the run of a job's labels.
func (j *job) runOf() string {
	if len(j.Labels) == 0 {
		return ""
	}
	return j.Labels[0].Run
}

// enqueue marks the labels of a job that come out by themselves: those of which nothing was heard, unless it
// was stopped, and those that are printed once more within it.
func (m *model) enqueue(j *job) {
	redo := lo.Keyify(j.queued.Redo)
	for _, l := range j.Labels {
		p := m.paper(labelKey{j.Merchant, l.Order, l.Label})
		_, again := redo[contract.LabelRef{Order: l.Order, Label: l.Label}]
		waits := again || !j.queued.Stopped && p.of(j.ID).job == ""
		switch {
		case waits && p.queuedBy == nil:
			p.queuedBy = j
			p.recount()
		case !waits && p.queuedBy == j:
			p.queuedBy = nil
			p.recount()
		}
	}
}

// dequeue takes the marks of a job away.
func (m *model) dequeue(j *job) {
	for _, l := range j.Labels {
		p := m.paper(labelKey{j.Merchant, l.Order, l.Label})
		if p.queuedBy == j {
			p.queuedBy = nil
			p.recount()
		}
	}
}

// run finds a run.
func (m *model) run(merchant, key string) *run {
	for _, r := range m.runs {
		if r.merchant == merchant && r.key == key {
			return r
		}
	}
	return nil
}

// Trouble says what the board cannot reach; empty when all is well.
type Trouble string

// What may be away.
const (
	NoTrouble       Trouble = ""
	TroubleStore    Trouble = "store"
	TroubleTemporal Trouble = "temporal"
)

func firstTrouble(all ...Trouble) Trouble { return cmp.Or(all...) }
