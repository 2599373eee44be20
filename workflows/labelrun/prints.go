package labelrun

import (
	"fmt"

	"github.com/despacho/despacho/contract"
)

// prints counts what printers have put out of a run's labels while the run is open. Nothing is signalled to
// a run that has ended: the label store knows what was printed.
type prints struct {
	labels, out, inDoubt int
	heard                map[printedPage]bool
}

// printedPage names the page of the log that news sum up.
type printedPage struct {
	job  string
	page int
}

// hear counts news; news that come twice count once.
func (p *prints) hear(news contract.PrintedNews) bool {
	page := printedPage{news.Job, news.Page}
	if p.heard[page] {
		return false
	}
	if p.heard == nil {
		p.heard = map[printedPage]bool{}
	}
	p.heard[page] = true
	p.out += news.Out
	p.inDoubt += news.InDoubt
	return true
}

// line tells the figures in the run's details.
func (p *prints) line() string {
	if len(p.heard) == 0 {
		return ""
	}
	text := fmt.Sprintf("\n\nprinted %d", p.out)
	if p.labels > 0 {
		text += fmt.Sprintf(" of %d", p.labels)
	}
	text += " labels"
	if p.inDoubt > 0 {
		text += fmt.Sprintf(", %d in doubt", p.inDoubt)
	}
	return text + "\n"
}
