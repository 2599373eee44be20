// Package screen shows a fake Zebra printer in a browser: the labels that came out, as pictures, and buttons
// that make and mend faults. Begin with [Handler]. It is for demos and tests, and guards nothing.
package screen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/zplview"
)

//go:embed assets
var assets embed.FS

const (
	// policy lets the page load what stands here, and nothing else.
	policy = "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'; " +
		"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	mostBody = 16 << 10
	// shown is how many labels the page shows, changeEvery how often it is told of changes at most.
	shown       = 60
	changeEvery = 250 * time.Millisecond
)

// Label is a printed label as GET /printed lists it.
type Label struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	Copy   int       `json:"copy"`
	// SHA256 is that of its ZPL, from ^XA to ^XZ.
	SHA256 string `json:"sha256"`
	Bytes  int    `json:"bytes"`
	// Graphic: it is served as a picture.
	Graphic bool `json:"graphic"`
	// Width and Length are in dots.
	Width    int `json:"width"`
	Length   int `json:"length"`
	Darkness int `json:"darkness"`
	Speed    int `json:"speed"`
}

// view is what the page shows.
type view struct {
	fakezebra.State
	Labels []Label `json:"labels"`
}

// Handler serves the page of a printer, and to programs:
//
//	GET  /state            the printer's state, and its newest labels, the newest first
//	GET  /printed          all labels that it remembers, the oldest first
//	GET  /labels/<n>.png   a label as a picture; 404 for one that only a renderer can draw
//	GET  /labels/<n>.zpl   a label as it was sent
//	POST /modes            members of fakezebra.Modes that change
//	POST /roll             {"labels": n}: a new roll, 0 for one that never ends
//	POST /power            {"on": true|false}
//
// Bodies are JSON, with Content-Type application/json.
func Handler(printer *fakezebra.Printer) http.Handler {
	s := screen{printer}
	files, _ := fs.Sub(assets, "assets") // the folder is there
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "screen.html") })
	mux.Handle("GET /assets/", http.StripPrefix("/assets", http.FileServerFS(files)))
	mux.Handle("GET /zpl/", http.StripPrefix("/zpl", zplview.Handler()))
	mux.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.view()) })
	mux.HandleFunc("GET /printed", func(w http.ResponseWriter, _ *http.Request) { answer(w, labelsOf(printer.Printed())) })
	mux.HandleFunc("GET /events", s.events)
	mux.HandleFunc("GET /labels/{file}", s.label)
	mux.HandleFunc("POST /modes", s.changeModes)
	mux.HandleFunc("POST /roll", s.putRollIn)
	mux.HandleFunc("POST /power", s.switchPower)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-cache")
		mux.ServeHTTP(w, r)
	})
}

type screen struct{ printer *fakezebra.Printer }

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func labelsOf(printed []fakezebra.Label) []Label {
	labels := make([]Label, 0, len(printed))
	for _, l := range printed {
		sum := sha256.Sum256(l.Data)
		width, length := l.Size()
		labels = append(labels, Label{Number: l.Number, At: l.At, Copy: l.Copy, SHA256: hex.EncodeToString(sum[:]), Bytes: len(l.Data), Graphic: l.IsGraphic(),
			Width: width, Length: length, Darkness: l.Darkness, Speed: l.Speed})
	}
	return labels
}

func (s screen) view() view {
	printed := s.printer.Printed()
	labels := labelsOf(printed[max(0, len(printed)-shown):])
	slices.Reverse(labels)
	return view{s.printer.State(), labels}
}

// events sends the whole view at each change, a few times a second at most.
func (s screen) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	var last []byte
	for {
		text, err := json.Marshal(s.view())
		if err != nil {
			return
		}
		if !bytes.Equal(text, last) {
			if _, err := fmt.Fprintf(w, "event: printer\ndata: %s\n\n", text); err != nil {
				return
			}
			if err := http.NewResponseController(w).Flush(); err != nil {
				return
			}
			last = text
		}
		if !wait(r.Context(), changeEvery) {
			return
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func (s screen) label(w http.ResponseWriter, r *http.Request) {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	number, err := strconv.Atoi(name)
	printed := s.printer.Printed()
	i := slices.IndexFunc(printed, func(l fakezebra.Label) bool { return l.Number == number })
	if err != nil || i < 0 {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-store") // numbers begin anew with another printer
	switch kind {
	case "zpl":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write(append(bytes.Clone(printed[i].Graphics), printed[i].Data...))
	case "png":
		if !printed[i].IsGraphic() {
			http.Error(w, "only a renderer can draw this label", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		encoder := png.Encoder{CompressionLevel: png.BestSpeed}
		_ = encoder.Encode(w, printed[i].Picture())
	default:
		http.NotFound(w, r)
	}
}

// read reads a body of JSON; it answers what is wrong with it.
func read(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	if r.Header.Get("Content-Type") != "application/json" {
		http.Error(w, "the body must be application/json", http.StatusUnsupportedMediaType)
		return nil, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody))
	if err == nil && !json.Valid(body) {
		err = fmt.Errorf("the body is not JSON")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
	return body, err == nil
}

func (s screen) changeModes(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	if !ok {
		return
	}
	modes := s.printer.Modes()
	if err := json.Unmarshal(body, &modes); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.printer.Change(func(m *fakezebra.Modes) { _ = json.Unmarshal(body, m) }) // it was read once already
	answer(w, s.view())
}

func (s screen) putRollIn(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	var roll struct{ Labels int }
	if !ok {
		return
	}
	if err := json.Unmarshal(body, &roll); err != nil || roll.Labels < 0 {
		http.Error(w, "labels: how many are on the roll, 0 for one that never ends", http.StatusBadRequest)
		return
	}
	s.printer.NewRoll(roll.Labels)
	answer(w, s.view())
}

func (s screen) switchPower(w http.ResponseWriter, r *http.Request) {
	body, ok := read(w, r)
	var power struct{ On bool }
	if !ok {
		return
	}
	if err := json.Unmarshal(body, &power); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if !power.On {
		s.printer.PowerOff()
	} else if err := s.printer.PowerOn(); err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	answer(w, s.view())
}
