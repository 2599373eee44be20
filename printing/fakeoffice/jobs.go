package fakeoffice

import (
	"slices"
	"time"

	"github.com/samber/lo"
)

// Job states of RFC 8011.
const (
	jobPending    = 3
	jobHeld       = 4
	jobProcessing = 5
	jobStopped    = 6
	jobCanceled   = 7
	jobAborted    = 8
	jobCompleted  = 9
)

// job is a job of the printer. It is held until its document is there.
type job struct {
	document Document
	user     string
	state    int
	reason   string
	made     time.Time
	began    time.Time
	ended    time.Time
}

func (j *job) hasEnded() bool { return j.state >= jobCanceled }

// waiting is how many jobs have not ended.
func (p *Printer) waiting() int {
	return lo.CountBy(p.jobs, func(j *job) bool { return !j.hasEnded() })
}

// makeJob puts a job at the end of the queue.
func (p *Printer) makeJob(user string, document Document) *job {
	p.lastJob++
	document.Job = p.lastJob
	j := &job{document: document, user: user, state: jobHeld, reason: "job-incoming", made: p.options.Now()}
	p.jobs = append(p.jobs, j)
	if len(p.jobs) > p.options.Keep {
		if i := slices.IndexFunc(p.jobs, (*job).hasEnded); i >= 0 {
			p.jobs = slices.Delete(p.jobs, i, i+1)
		}
	}
	return j
}

// addDocument gives a job its document, so that it is printed.
func (p *Printer) addDocument(j *job, format string, data []byte) {
	j.document.Format, j.document.Data = format, data
	j.state, j.reason, j.made = jobPending, "none", p.options.Now()
}

func (p *Printer) findJob(id int) *job {
	if i := slices.IndexFunc(p.jobs, func(j *job) bool { return j.document.Job == id }); i >= 0 && !p.modes.ForgetsJobs {
		return p.jobs[i]
	}
	return nil
}

// advance brings the jobs to where they are by now: one after the other, each takes its time.
func (p *Printer) advance() {
	now, free := p.options.Now(), p.resumed
	for _, j := range p.jobs {
		switch {
		case j.hasEnded():
			free = later(free, j.ended)
			continue
		case j.state == jobHeld:
			continue
		case p.modes.Stopped:
			if j.state == jobProcessing {
				j.state, j.reason = jobStopped, "printer-stopped"
			}
			return
		}
		j.state, j.reason = jobProcessing, "job-printing"
		j.began = later(free, j.made)
		end := j.began.Add(p.options.JobTime)
		if now.Before(end) {
			return
		}
		p.finish(j, end)
		free = end
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// finish ends a job at its time, and prints it unless the printer aborts it.
func (p *Printer) finish(j *job, at time.Time) {
	j.ended = at
	if p.modes.AbortsJobs {
		j.state, j.reason = jobAborted, "aborted-by-system"
		return
	}
	j.state, j.reason = jobCompleted, "job-completed-successfully"
	if p.modes.SpoilsJobs {
		j.reason = "job-completed-with-errors"
	}
	j.document.At = at
	p.count++
	p.printed = append(p.printed, j.document)
	if len(p.printed) > p.options.Keep {
		p.printed = p.printed[1:]
	}
	if p.modes.SheetsLeft > 0 {
		if p.modes.SheetsLeft--; p.modes.SheetsLeft == 0 {
			p.modes.Stopped, p.modes.Reasons = true, append(p.modes.Reasons, "media-empty-error")
		}
	}
}
