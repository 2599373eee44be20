// Package fakeoffice is an office printer to try things on: it speaks IPP, takes PDF, shows what it
// printed, and has the faults of real ones. Begin with [New]; package serve is it as a program.
//
// It promises that a document is printed once for each job, and that faults hold jobs back as a real
// printer does. It keeps everything in memory, bounded.
package fakeoffice

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Options say how a printer is. The zero value is an office printer with A4, letter and 4 × 6 inch paper.
type Options struct {
	// Name is what it calls itself; "" means Oficina.
	Name string
	// JobTime is how long a document takes; 0 means 300 ms.
	JobTime time.Duration
	// Keep is how many documents and ended jobs it remembers; 0 means 50.
	Keep int
	// Media are the names of its paper (PWG 5101.1); the first is the default.
	Media []string
	// ZPL says that it takes application/vnd.zebra-zpl too.
	ZPL bool
	// Now is its clock; nil means the system's.
	Now func() time.Time
}

// Modes are what can be wrong with the printer; the zero value is a printer that is well.
type Modes struct {
	// Reasons are its printer-state-reasons, such as media-empty-error.
	Reasons []string
	// Stopped holds all jobs.
	Stopped bool
	// RefusesJobs: printer-is-accepting-jobs is false.
	RefusesJobs bool
	// Mute takes requests and never answers, nor does what they ask for.
	Mute bool
	// LosesAnswers makes the job of a Print-Job and hangs up instead of answering.
	LosesAnswers bool
	// CutsDocuments hangs up in the middle of a Print-Job, whose job stays without its document.
	CutsDocuments bool
	// AbortsJobs ends jobs as aborted, without printing; SpoilsJobs as completed with errors.
	AbortsJobs bool
	SpoilsJobs bool
	// ForgetsJobs finds no job any more.
	ForgetsJobs bool
	// IgnoresScaling: it prints at its own scale, and says so in its answer.
	IgnoresScaling bool
	// Busy refuses new jobs for now.
	Busy bool
	// SheetsLeft is how many documents it prints until the paper is out; 0 is no end of it.
	SheetsLeft int
	// DeviceURI is where it says that it sends jobs on, as CUPS queues do; "" says nothing.
	DeviceURI string
}

// Document is what came out of the printer.
type Document struct {
	Job    int
	Name   string
	Format string
	// Media and Scaling are what the job asked for; Media is a name or WIDTHxHEIGHT in hundredths of a millimetre.
	Media   string
	Scaling string
	Data    []byte
	At      time.Time
}

// Printer is a fake office printer; it serves IPP and its page over HTTP.
type Printer struct {
	options Options
	began   time.Time

	mu      sync.Mutex
	modes   Modes
	jobs    []*job
	lastJob int
	resumed time.Time
	printed []Document
	count   int
}

// New makes a printer.
func New(options Options) *Printer {
	options.Name = cmp.Or(options.Name, "Oficina")
	options.JobTime = cmp.Or(options.JobTime, 300*time.Millisecond)
	options.Keep = cmp.Or(options.Keep, 50)
	if len(options.Media) == 0 {
		options.Media = []string{"iso_a4_210x297mm", "na_letter_8.5x11in", "na_index-4x6_4x6in", "iso_a6_105x148mm", "om_label-100x150_100x150mm"}
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return &Printer{options: options, began: options.Now()}
}

// Change changes what is wrong with the printer, at once.
func (p *Printer) Change(change func(*Modes)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	before := p.modes.Stopped
	change(&p.modes)
	if before && !p.modes.Stopped {
		p.resumed = p.options.Now()
	}
}

// Modes are what is wrong with it now.
func (p *Printer) Modes() Modes {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	modes := p.modes
	modes.Reasons = slices.Clone(modes.Reasons)
	return modes
}

// Printed are the documents that came out, the oldest first, as many as it keeps.
func (p *Printer) Printed() []Document {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	return slices.Clone(p.printed)
}

// Count is how many documents came out since it began.
func (p *Printer) Count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.advance()
	return p.count
}
