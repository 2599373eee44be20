package contract

import (
	"cmp"
	"slices"
	"time"
)

// PrintCounts says how many labels of a run's files printers have put out.
type PrintCounts struct {
	Labels  int `json:"labels"`
	Printed int `json:"printed"`
	// InDoubt are those of which nobody knows whether they came out, and those that are being printed.
	InDoubt int `json:"in_doubt,omitempty"`
	// Again are those that came out more than once.
	Again    int            `json:"again,omitempty"`
	Printers []PrinterCount `json:"printers,omitempty"`
}

// PrinterCount says how many labels came out of a printer last, and between which times.
type PrinterCount struct {
	Site    string    `json:"site"`
	Printer string    `json:"printer"`
	Labels  int       `json:"labels"`
	First   time.Time `json:"first"`
	Last    time.Time `json:"last"`
}

// PrintCounts counts the labels of the run's files by what its rows say of their prints.
func (m Manifest) PrintCounts() PrintCounts {
	var counts PrintCounts
	printers := map[[2]string]*PrinterCount{}
	for _, row := range m.Rows {
		if row.Position == nil {
			continue
		}
		for _, label := range row.ToPrint() {
			counts.add(label.LabelPrints, printers)
		}
	}
	for _, printer := range printers {
		counts.Printers = append(counts.Printers, *printer)
	}
	slices.SortFunc(counts.Printers, func(a, b PrinterCount) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Printer, b.Printer))
	})
	return counts
}

func (c *PrintCounts) add(label LabelPrints, printers map[[2]string]*PrinterCount) {
	c.Labels++
	switch {
	case label.PrintState.IsOnPaper():
		c.Printed++
	case label.PrintState.MayBeOnPaper():
		c.InDoubt++
	}
	if label.Prints > 1 {
		c.Again++
	}
	if !label.PrintState.IsOnPaper() {
		return
	}
	at := [2]string{label.PrintSite, label.PrintedOn}
	printer := printers[at]
	if printer == nil {
		printer = &PrinterCount{Site: label.PrintSite, Printer: label.PrintedOn, First: label.PrintedAt}
		printers[at] = printer
	}
	printer.Labels++
	if label.PrintedAt.Before(printer.First) {
		printer.First = label.PrintedAt
	}
	if label.PrintedAt.After(printer.Last) {
		printer.Last = label.PrintedAt
	}
}

// Current is the print that says where the label stands: the newest that is or may be on paper, else the
// newest; the zero value where there is none.
func (r PrintRecord) Current() Print {
	var current Print
	for _, print := range r.Prints {
		if print.State.MayBeOnPaper() || !current.State.MayBeOnPaper() {
			current = print
		}
	}
	return current
}

// Summary is what a manifest says of the label's prints.
func (r PrintRecord) Summary() LabelPrints {
	summary := LabelPrints{PrintState: r.Current().State}
	for _, print := range r.Prints {
		if print.State.IsOnPaper() {
			summary.Prints++
			summary.PrintedAt, summary.PrintedOn, summary.PrintSite = print.ClaimedAt, print.Printer, print.Site
		}
	}
	return summary
}
