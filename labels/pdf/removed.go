package pdf

import (
	"fmt"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// Removed is something that is left out of a written file, and how often: anything that could run,
// lead elsewhere, or be filled in.
type Removed struct {
	What  string
	Count int
}

func (r Removed) String() string { return fmt.Sprintf("%s ×%d", r.What, r.Count) }

const (
	script       = "script"
	launch       = "launch action"
	link         = "link"
	submission   = "form submission"
	media        = "sound, film or 3D"
	embeddedFile = "embedded file"
	formField    = "form field"
	undrawn      = "field or note without a drawing of its own"
	listedTwice  = "page listed more often than counted"
	oldField     = "value of a form field that its drawing may not show"
	onScreen     = "field or note for the screen only"
)

var actions = map[string]string{
	"JavaScript": script, "Launch": launch, "URI": link, "GoToR": link, "GoToE": link, "Thread": link,
	"SubmitForm": submission, "ImportData": submission, "Rendition": media, "Movie": media, "Sound": media,
	"RichMediaExecute": media, "GoTo3DView": media,
}

var mediaAnnotations = []string{"Sound", "Movie", "Screen", "3D", "RichMedia"}

// active counts what is left out when the file's pages are written.
func (s *source) active() []Removed {
	a := activity{source: s, counts: map[string]int{}, left: 100_000}
	catalog := s.catalog()
	a.action(catalog["OpenAction"], 0)
	a.additional(catalog["AA"])
	names := s.dict(catalog["Names"])
	a.count(script, a.names(names["JavaScript"], 0))
	a.count(embeddedFile, a.names(names["EmbeddedFiles"], 0))
	a.count(embeddedFile, len(s.array(catalog["AF"])))
	if s.resolve(s.dict(catalog["AcroForm"])["XFA"]) != nil {
		a.count("form in XML", 1)
	}
	a.count(listedTwice, s.listedAgain)
	a.count(oldField, s.undrawnFields)
	for _, p := range s.pages {
		a.additional(p.dict["AA"])
		a.count(embeddedFile, len(s.array(p.dict["AF"])))
		for _, o := range s.array(p.dict["Annots"]) {
			if a.left--; a.left < 0 {
				break
			}
			a.annotation(s.dict(o))
		}
	}
	if s.hidesMore() {
		a.resources()
	}
	return removedOf(a.counts)
}

func removedOf(counts map[string]int) []Removed {
	what := lo.Keys(counts)
	slices.Sort(what)
	return lo.Map(what, func(w string, _ int) Removed { return Removed{What: w, Count: counts[w]} })
}

type activity struct {
	source *source
	counts map[string]int
	left   int // steps left, because lists may be circular
}

func (a *activity) count(what string, n int) {
	if n > 0 {
		a.counts[what] += n
	}
}

func (a *activity) action(o types.Object, depth int) {
	d := a.source.dict(o)
	if a.left--; d == nil || depth > maxDepth || a.left < 0 {
		return
	}
	if what, ok := actions[a.source.name(d["S"])]; ok {
		a.count(what, 1)
	}
	next := a.source.array(d["Next"])
	if next == nil {
		next = types.Array{d["Next"]}
	}
	for _, o := range next {
		a.action(o, depth+1)
	}
}

func (a *activity) additional(o types.Object) {
	for _, action := range a.source.dict(o) {
		a.action(action, 0)
	}
}

// names counts the entries of a name tree (ISO 32000 7.9.6).
func (a *activity) names(o types.Object, depth int) int {
	d := a.source.dict(o)
	if a.left--; d == nil || depth > maxDepth || a.left < 0 {
		return 0
	}
	n := len(a.source.array(d["Names"])) / 2
	for _, kid := range a.source.array(d["Kids"]) {
		n += a.names(kid, depth+1)
	}
	return n
}

func (a *activity) annotation(d types.Dict) {
	kind := a.source.name(d["Subtype"])
	a.action(d["A"], 0)
	a.additional(d["AA"])
	switch {
	case a.isUndrawn(d, kind):
		a.count(undrawn, 1)
	case a.isOnScreen(d, kind):
		a.count(onScreen, 1)
	}
	switch {
	case kind == "Widget":
		a.count(formField, 1)
	case kind == "FileAttachment":
		a.count(embeddedFile, 1)
	case slices.Contains(mediaAnnotations, kind):
		a.count(media, 1)
	}
}

// isUndrawn recognises what would be printed if a reader drew it: a field with a value, or a
// printable note, without an appearance.
func (a *activity) isUndrawn(d types.Dict, kind string) bool {
	flags, _ := a.source.number(d["F"])
	if a.source.resolve(d["AP"]) != nil || int(flags)&hiddenFlag != 0 || kind == "Link" || kind == "Popup" {
		return false
	}
	if kind == "Widget" {
		chosen := a.source.name(d["V"])
		return chosen != "" && chosen != "Off"
	}
	return int(flags)&printedFlag != 0
}

// isOnScreen recognises what a reader shows but does not print.
func (a *activity) isOnScreen(d types.Dict, kind string) bool {
	const noView = 1 << 5
	flags, _ := a.source.number(d["F"])
	return d != nil && kind != "Link" && kind != "Popup" && int(flags)&(hiddenFlag|noView) == 0 &&
		!a.source.isPrinted(d) && a.source.dict(a.source.appearance(d)) != nil
}
