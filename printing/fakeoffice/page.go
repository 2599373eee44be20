package fakeoffice

import (
	_ "embed"
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"github.com/samber/lo"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// fault is a fault that can be chosen on the page.
type fault struct {
	Name, Words, Reason string
}

var pageFaults = []fault{
	{"paper", "Sin papel", "media-empty-error"},
	{"jam", "Papel atascado", "media-jam-error"},
	{"open", "Tapa abierta", "cover-open-error"},
	{"toner", "Sin tóner", "marker-supply-empty-error"},
	{"paused", "En pausa", "paused"},
}

// servePage shows the printer and what it printed, hands out documents, and takes the choice of a fault.
func (p *Printer) servePage(w http.ResponseWriter, r *http.Request) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.showPage)
	mux.HandleFunc("GET /documents/{job}", p.showDocument)
	mux.HandleFunc("POST /fault", p.chooseFault)
	mux.ServeHTTP(w, r)
}

func (p *Printer) showPage(w http.ResponseWriter, _ *http.Request) {
	documents := p.Printed()
	slices.Reverse(documents)
	modes := p.Modes()
	shown := struct {
		Name      string
		Count     int
		State     string
		Stopped   bool
		Reasons   []string
		Waiting   int
		Faults    []fault
		Documents []Document
	}{Name: p.options.Name, Count: p.Count(), Stopped: modes.Stopped, Reasons: modes.Reasons, Faults: pageFaults, Documents: documents}
	p.mu.Lock()
	shown.State = map[int]string{idle: "Lista", processing: "Imprimiendo", stopped: "Detenida"}[p.state()]
	shown.Waiting = p.waiting()
	p.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	_ = page.Execute(w, shown)
}

func (p *Printer) showDocument(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(r.PathValue("job"))
	document, found := lo.Find(p.Printed(), func(d Document) bool { return d.Job == id })
	if !found {
		http.NotFound(w, r)
		return
	}
	kind := "text/plain; charset=utf-8"
	if document.Format == typePDF {
		kind = typePDF
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(document.Data)
}

// chooseFault stops the printer with a fault, or makes it well where none is named.
func (p *Printer) chooseFault(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	chosen, found := lo.Find(pageFaults, func(f fault) bool { return f.Name == r.FormValue("fault") })
	p.Change(func(m *Modes) {
		m.Stopped, m.Reasons = found, nil
		if found {
			m.Reasons = []string{chosen.Reason}
		}
	})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
