// Package printing holds what the rooms of printing share: what a printer is and where it stands, how it
// answers, and what it is given. Begin with [Printer]; packages raw and ipp open a [Device] for one.
//
// It promises nothing by itself: whoever implements [Device] must tell the truth, and say "I do not know"
// where the printer does not.
package printing

import (
	"context"
	"time"
)

// Kind is the language in which a printer is spoken to.
type Kind string

// The kinds of printers.
const (
	// Raw takes ZPL on a TCP port, usually 9100.
	Raw Kind = "raw"
	// IPP takes PDF, and ZPL where it says so, by RFC 8010 and 8011.
	IPP Kind = "ipp"
)

// Printer is a printer of a site as data; it stands at storage.Printer. Density, stock, darkness and
// speed are the printer's, never a label's.
type Printer struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// Address is host:port of a raw printer, an ipp:// or ipps:// address else.
	Address string `json:"address"`
	// Fingerprint is the SHA-256 of the certificate of an ipps:// printer, in hexadecimal digits; without it,
	// only a certificate that the system's authorities vouch for is accepted.
	Fingerprint string `json:"fingerprint,omitempty"`
	// StatusAddress is where a raw printer answers while its port prints, such as host:9200; empty: on its port.
	StatusAddress string `json:"status_address,omitempty"`
	// DPI is 203 or 300: dots in an inch of a raw printer.
	DPI int `json:"dpi,omitempty"`
	// Stock is the paper in it, a name of labels/pdf's stocks.
	Stock string `json:"stock"`
	// Darkness is 0 to 30, Speed inches a second; nil leaves the printer as it is.
	Darkness *int `json:"darkness,omitempty"`
	Speed    *int `json:"speed,omitempty"`
	// UnderWay is how many labels may be in the printer at a time: 3 to 5, 0 for 4.
	UnderWay int `json:"under_way,omitempty"`
	// NoCounter: it keeps no counter that can be believed; its buffer is asked instead.
	NoCounter bool `json:"no_counter,omitempty"`
	// ZPL: an IPP printer that takes application/vnd.zebra-zpl and prints labels.
	ZPL bool `json:"zpl,omitempty"`
}

// Condition is something that a printer needs a person for, or that a person should know.
type Condition string

// The conditions. Only PaperAlmostOut lets it print on.
const (
	PaperOut       Condition = "paper_out"
	RibbonOut      Condition = "ribbon_out"
	HeadOpen       Condition = "head_open"
	HeadHot        Condition = "head_hot"
	CutterFault    Condition = "cutter_fault"
	PaperJam       Condition = "paper_jam"
	PausedAtIt     Condition = "paused_at_printer"
	BufferFull     Condition = "buffer_full"
	PartialLabel   Condition = "partial_label"
	Silent         Condition = "silent"
	Unreachable    Condition = "unreachable"
	UnknownFault   Condition = "unknown_fault"
	Stopped        Condition = "stopped"
	PaperAlmostOut Condition = "paper_almost_out"
)

// Conditions lists all conditions.
func Conditions() []Condition {
	return []Condition{
		PaperOut, RibbonOut, HeadOpen, HeadHot, CutterFault, PaperJam, PausedAtIt, BufferFull, PartialLabel,
		Silent, Unreachable, UnknownFault, Stopped, PaperAlmostOut,
	}
}

// IsWarning says that the printer prints on.
func (c Condition) IsWarning() bool { return c == PaperAlmostOut }

// Status is what a printer answered to one look.
type Status struct {
	Conditions []Condition
	// Said is the printer's own answer, one line of at most 200 characters.
	Said string
	// Doubtful: a part of the answer could not be understood or did not come; nothing is concluded from it.
	Doubtful bool
	At       time.Time
}

// Ready says that a label may be sent.
func (s Status) Ready() bool {
	for _, c := range s.Conditions {
		if !c.IsWarning() {
			return false
		}
	}
	return true
}

// Document is what is sent for one label: Data in the printer's language, as a Kind of it takes it.
type Document struct {
	// Name names the job at the printer; never an order's number or anything of a buyer.
	Name string
	// Type is application/pdf or application/vnd.zebra-zpl.
	Type string
	Data []byte
	// Pieces is how many pieces of paper come out: pages, or formats.
	Pieces int
}

// Outcome is how far the documents of a device have come.
type Outcome struct {
	// Out is how many of the sent documents have come out, counted from the first: they come out in order.
	Out int
	// Failed: the printer says that the one after Out was aborted and prints no more of it.
	Failed bool
	// InDoubt: nobody will learn more of those after Out by asking. The connection ended while they were under
	// way, the printer was switched off, or it has nothing left to print and did not count them.
	InDoubt bool
}

// Device is one printer, opened; only one goroutine uses it. Every call must end with its context.
type Device interface {
	// Look asks how the printer is. A printer that cannot be reached or does not answer is a condition,
	// not an error; an error is ctx's.
	Look(ctx context.Context) (Status, error)
	// Send gives it a document. An error means that nobody knows how much of it arrived, unless it is a
	// *NotSentError.
	Send(ctx context.Context, document Document) error
	// Outcome says how many of the documents sent since the device was opened have come out.
	Outcome(ctx context.Context) (Outcome, error)
	Close() error
}

// NotSentError says that nothing at all of a document reached the printer.
type NotSentError struct{ Err error }

func (e *NotSentError) Error() string { return "nothing was sent: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *NotSentError) Unwrap() error { return e.Err }

// RefusedError says, within a NotSentError, that the printer will never take the document: sending it again
// is no use.
type RefusedError struct{ Err error }

func (e *RefusedError) Error() string { return "the printer refuses the document: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Err }
