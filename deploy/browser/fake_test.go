//go:build browser

package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/page"
)

// fakeStation answers the page's requests from memory, so that its views can be seen without Temporal.
type fakeStation struct {
	mu       sync.Mutex
	version  int64
	person   string
	labels   map[string][]api.Label // by run
	runs     []api.Run
	printers []api.Printer
	takeOut  []api.TakeOut
	closed   []api.HandOver
	answers  map[string]any // by the request's id
	printed  map[string]int // how often a label came out, by order
	checked  map[string][]int
	scans    map[string]int // by id
	scanned  []int64        // when they were scanned, in the order in which they came
	wake     chan struct{}
}

const token = "fake-token"

// pinBadge is of a person with the PIN 4711.
const pinBadge = "CREDENCIAL-BETO"

func startFake(t *testing.T, runs, labels int) (string, *fakeStation) {
	t.Helper()
	f := &fakeStation{
		labels: map[string][]api.Label{}, answers: map[string]any{}, printed: map[string]int{}, checked: map[string][]int{}, scans: map[string]int{},
		wake: make(chan struct{}),
	}
	f.printers = []api.Printer{
		{Name: "zebra-1", Kind: "raw", Stock: "4x6", DPI: 203, Jobs: []api.Job{}, Doubts: []api.Label{}},
		{Name: "oficina", Kind: "ipp", Stock: "a4", Jobs: []api.Job{}, Doubts: []api.Label{}},
	}
	for n := range runs {
		f.addRun(n+1, labels)
	}
	mux := http.NewServeMux()
	f.routes(mux)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", page.Policy)
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(server.CloseClientConnections)
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	go f.print(stop)
	return server.URL, f
}

var couriers = []string{"Blue Express", "Chilexpress", "Starken"}

func (f *fakeStation) addRun(n, labels int) {
	run := fmt.Sprintf("2026-11-29-%02d", n)
	channels := []string{"Mercado Libre", "Falabella", "Ripley"}
	all := make([]api.Label, labels)
	for i := range all {
		part := i * len(channels) / labels
		items := []contract.Item{{SKU: fmt.Sprintf("SKU-%d", i%17), Name: "Polera básica algodón", Quantity: 1 + i%2}}
		if i%5 == 0 {
			items = append(items, contract.Item{SKU: fmt.Sprintf("TAZA-%d", i%3), Name: "Taza de loza 350 ml", Quantity: 1})
		}
		all[i] = api.Label{
			Merchant: "merchant-1", Run: run, Position: i + 1, Order: fmt.Sprintf("do-%d-%d", n, i+1), Number: fmt.Sprintf("20000%02d%05d", n, i+1),
			Tracking: fmt.Sprintf("TR%02d%06d", n, i+1), Label: 1, Labels: 1, Channel: channels[part], Courier: couriers[part], Warehouse: "Bodega Central",
			Items: items, Format: "pdf",
		}
	}
	f.labels[run] = all
	made := api.Run{Merchant: "merchant-1", MerchantName: "Tienda Sur", Run: run, State: contract.RunCompleted, Requested: labels + 3, Labelled: labels,
		Missing: []api.Count{{Outcome: contract.Rejected, Words: "El canal no entregó la etiqueta", Orders: 3}}}
	for part, channel := range channels {
		first := slices.IndexFunc(all, func(l api.Label) bool { return l.Channel == channel })
		if first < 0 {
			continue
		}
		last := first
		for last+1 < labels && all[last+1].Channel == channel {
			last++
		}
		made.Piles = append(made.Piles, api.Pile{Channel: channel, Courier: couriers[part], Deadline: time.Now().Add(3 * time.Hour), ID: "pile-" + strconv.Itoa(part), First: first + 1, Last: last + 1, Labels: last - first + 1})
	}
	f.runs = append(f.runs, made)
}

func (f *fakeStation) changed() {
	f.version++
	close(f.wake)
	f.wake = make(chan struct{})
}

func (f *fakeStation) today() api.Today {
	for r := range f.runs {
		run := &f.runs[r]
		run.Printed, run.Doubts = 0, 0
		for p := range run.Piles {
			pile := &run.Piles[p]
			pile.Printed, pile.Doubts = 0, 0
			for _, label := range f.labels[run.Run][pile.First-1 : pile.Last] {
				if label.State.IsOnPaper() {
					pile.Printed++
				}
				if label.State == contract.PrintUnknown {
					pile.Doubts++
				}
			}
			run.Printed += pile.Printed
			run.Doubts += pile.Doubts
		}
	}
	return api.Today{Version: f.version, At: time.Now(), Site: "bodega-central", Person: f.person, Runs: f.runs, Printers: f.printers, TakeOut: f.takeOut}
}

func (f *fakeStation) routes(mux *http.ServeMux) {
	mux.Handle("GET /assets/", page.Assets())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		page.WriteShell(w, page.Shell{Token: token, Language: page.Language(r), Site: "bodega-central"})
	})
	mux.HandleFunc("GET /pair", func(w http.ResponseWriter, r *http.Request) {
		page.WritePair(w, page.Shell{Token: token, Language: page.Language(r), Site: "bodega-central"})
	})
	mux.HandleFunc("GET /api/today", func(w http.ResponseWriter, _ *http.Request) { f.answer(w, func() any { return f.today() }) })
	mux.HandleFunc("GET /api/events", f.events)
	mux.HandleFunc("GET /api/people", func(w http.ResponseWriter, _ *http.Request) {
		f.answer(w, func() any { return []map[string]any{{"name": "Ana"}, {"name": "Beto", "pin": true}, {"name": "Carla"}} })
	})
	f.post(mux, "/api/person", func(r *http.Request, body []byte) any {
		var in struct{ Name, Badge, PIN string }
		_ = json.Unmarshal(body, &in)
		if in.Badge == pinBadge && in.PIN != "4711" {
			return lo.Ternary(in.PIN == "", api.Failure{Code: "needs_pin", Words: "Escribe tu PIN."}, api.Failure{Code: "wrong_pin", Words: "El PIN no es correcto."})
		}
		f.person = in.Name + in.Badge
		return map[string]string{"name": f.person}
	})
	mux.HandleFunc("GET /api/runs/{merchant}/{run}/labels", f.listLabels)
	f.post(mux, "/api/print", f.takePrint)
	f.post(mux, "/api/printers/{name}/control", f.takeControl)
	f.deskRoutes(mux)
}

func (f *fakeStation) answer(w http.ResponseWriter, what func() any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	answer := what()
	if _, refused := answer.(api.Failure); refused {
		w.WriteHeader(http.StatusForbidden)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (f *fakeStation) post(mux *http.ServeMux, path string, what func(*http.Request, []byte) any) {
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Despacho-Token") != token {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var body json.RawMessage
		_ = json.NewDecoder(r.Body).Decode(&body)
		var id struct{ ID string }
		_ = json.Unmarshal(body, &id)
		f.answer(w, func() any {
			if before, there := f.answers[id.ID]; there && id.ID != "" {
				return before
			}
			answer := what(r, body)
			f.answers[id.ID] = answer
			f.changed()
			return answer
		})
	})
}

func (f *fakeStation) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	for {
		f.mu.Lock()
		wake := f.wake
		text, _ := json.Marshal(f.today())
		_, _ = fmt.Fprintf(w, "id: %d\nevent: today\ndata: %s\n\n", f.version, text)
		f.mu.Unlock()
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-wake:
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func (f *fakeStation) listLabels(w http.ResponseWriter, r *http.Request) {
	from, _ := strconv.Atoi(r.FormValue("from"))
	limit, _ := strconv.Atoi(r.FormValue("limit"))
	f.answer(w, func() any {
		all := f.labels[r.PathValue("run")]
		start := max(from-1, 0)
		end := min(start+limit, len(all))
		answer := api.Labels{Labels: all[start:end], Total: len(all)}
		if end < len(all) {
			answer.Next = end + 1
		}
		return answer
	})
}

func (f *fakeStation) takePrint(_ *http.Request, body []byte) any {
	var in api.PrintIn
	_ = json.Unmarshal(body, &in)
	out := api.PrintOut{Job: in.ID}
	at := slices.IndexFunc(f.printers, func(p api.Printer) bool { return p.Name == in.Printer })
	for i := range f.labels[in.Select.Run] {
		label := &f.labels[in.Select.Run][i]
		s := in.Select
		named := len(s.Labels) == 0 || slices.Contains(s.Labels, contract.LabelRef{Order: label.Order, Label: label.Label})
		if !named || (s.From > 0 && label.Position < s.From) || (s.To > 0 && label.Position > s.To) || (s.Pile != "" && s.Pile != f.pileOf(label)) {
			continue
		}
		switch {
		case label.Cancelled:
			out.Cancelled++
		case in.Again == "" && (label.State == contract.PrintQueued || label.State.MayBeOnPaper()):
			out.Printed++
		default:
			label.State = contract.PrintQueued
			label.Prints = append(label.Prints, contract.Print{Job: in.ID, Run: label.Run, Printer: in.Printer, Person: f.person, Again: in.Again, Text: in.Text, State: contract.PrintQueued, ClaimedAt: time.Now()})
			out.Labels++
		}
	}
	if out.Labels > 0 {
		f.printers[at].Jobs = append(f.printers[at].Jobs, api.Job{Job: in.ID, Merchant: "merchant-1", Run: in.Select.Run, Person: f.person, At: time.Now(), Total: out.Labels})
	}
	return out
}

func (f *fakeStation) pileOf(label *api.Label) string {
	return "pile-" + strconv.Itoa(slices.Index(couriers, label.Courier))
}

func (f *fakeStation) takeControl(r *http.Request, body []byte) any {
	var in api.ControlIn
	_ = json.Unmarshal(body, &in)
	for i := range f.printers {
		p := &f.printers[i]
		if p.Name != r.PathValue("name") {
			continue
		}
		switch in.Action {
		case contract.PausePrinter, contract.ContinuePrinter:
			p.Paused = in.Action == contract.PausePrinter
		case contract.StopJob:
			p.Jobs = slices.DeleteFunc(p.Jobs, func(j api.Job) bool { return j.Job == in.Job })
		}
	}
	return map[string]any{}
}

// print puts out a label of each printer's first job every 20 ms.
func (f *fakeStation) print(stop chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(20 * time.Millisecond):
			f.mu.Lock()
			for i := range f.printers {
				f.printOne(&f.printers[i])
			}
			f.mu.Unlock()
		}
	}
}

func (f *fakeStation) printOne(p *api.Printer) {
	if p.Paused || (p.Condition != "" && !p.Warning) || len(p.Jobs) == 0 || len(p.Doubts) > 0 {
		return
	}
	job := &p.Jobs[0]
	for i := range f.labels[job.Run] {
		label := &f.labels[job.Run][i]
		if label.State != contract.PrintQueued || label.Prints[len(label.Prints)-1].Job != job.Job {
			continue
		}
		label.State = contract.PrintOut
		label.Prints[len(label.Prints)-1].State = contract.PrintOut
		f.printed[label.Order]++
		job.Out++
		job.Sent = job.Out
		job.Now = "n.º " + strconv.Itoa(label.Position) + " · " + strings.TrimSpace(label.Number)
		f.changed()
		return
	}
	p.Jobs = p.Jobs[1:]
	f.changed()
}
