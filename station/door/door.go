package door

import (
	"context"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"time"

	"github.com/despacho/despacho/service/answers"
	"github.com/despacho/despacho/station/people"
)

// Need is what a route asks of its visitor.
type Need int

// What routes need. A person needs a device, since people work at one.
const (
	Nothing Need = iota
	Device
	Person
)

const (
	// MostBody is how much a request may bring, unless its route says less.
	MostBody = 64 << 10
	// TokenHeader carries the token of the page with everything that changes something.
	TokenHeader = "X-Despacho-Token"
	// answerWithin bounds an answer, fileWithin one that may be a large file.
	answerWithin = 30 * time.Second
	fileWithin   = 10 * time.Minute
)

// Route is one thing that the station serves. Pattern is one of http.ServeMux with a method.
type Route struct {
	Pattern string
	Need    Need
	// Page: a person looks at it, so one without a device is led to the pairing instead of being refused.
	Page bool
	// Keeps says that the handler itself tells for how long its answer may be kept; others are never kept.
	Keeps bool
	// Stream stays open as long as the visitor does; File may take minutes.
	Stream, File bool
	// Signs: what it does changes who works at the device, so the device's streams begin anew.
	Signs   bool
	Handler http.Handler
}

// People is what the door must know: people.Site.
type People interface {
	Visit(ctx context.Context, cookie string) (people.Visit, error)
}

// Options of a door.
type Options struct {
	People People
	// Cookie is the name of the cookie that a device keeps.
	Cookie string
	// Hosts are the names, besides addresses and localhost, by which browsers reach the station.
	Hosts []string
	Log   *slog.Logger
	// Seen hears of each answered request, by its route's pattern.
	Seen func(pattern string, status int, took time.Duration)
}

// door serves the routes of a table.
type door struct {
	Options
	hosts   map[string]bool
	streams streams
}

// New serves the routes, and nothing else. It panics when two routes are one, as http.ServeMux does.
func New(options Options, routes []Route) http.Handler {
	d := &door{Options: options, hosts: hostSet(options.Hosts)}
	mux := http.NewServeMux()
	for _, route := range routes {
		mux.Handle(route.Pattern, d.guard(route))
	}
	return d.front(mux)
}

// front is what holds for every request, also for those that no route takes.
func (d *door) front(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := answers.Record(w)
		writeHeaders(answer.Header())
		handler, pattern := mux.Handler(r)
		switch {
		case !d.knowsHost(r.Host):
			Refuse(answer, r, http.StatusMisdirectedRequest, CodeHost)
		case pattern == "":
			// No route: http.ServeMux says whether another method has one.
			d.refuseUnlisted(answer, r, handler)
		default:
			mux.ServeHTTP(answer, r)
		}
		if pattern == "" {
			pattern = "none"
		}
		took := time.Since(began)
		if d.Seen != nil {
			d.Seen(pattern, answer.Status, took)
		}
		level := slog.LevelDebug
		if answer.Status >= http.StatusInternalServerError {
			level = slog.LevelWarn
		}
		d.Log.Log(r.Context(), level, "request", "route", pattern, "status", answer.Status, "ms", took.Milliseconds())
	})
}

func (d *door) refuseUnlisted(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	probe := &answers.HeaderOnly{}
	handler.ServeHTTP(probe, r)
	if allow := probe.Header().Get("Allow"); probe.Status == http.StatusMethodNotAllowed && allow != "" {
		w.Header().Set("Allow", allow)
		Refuse(w, r, http.StatusMethodNotAllowed, CodeMethod)
		return
	}
	Refuse(w, r, http.StatusNotFound, CodeNoRoute)
}

// guard lets a request to a route's handler when all that the route needs is there.
func (d *door) guard(route Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !route.Keeps {
			w.Header().Set("Cache-Control", "no-store")
		}
		setDeadline(w, route)
		if !d.sameSite(w, r, route) {
			return
		}
		visit, ok := d.visit(w, r, route)
		if !ok {
			return
		}
		if changes(r.Method) && !d.mayChange(w, r, route, visit) {
			return
		}
		ctx := withVisitor(r.Context(), visit)
		if route.Stream {
			limited, end, ok := d.streams.begin(ctx, visit.DeviceID)
			if !ok {
				Refuse(w, r, http.StatusTooManyRequests, CodeTooMany)
				return
			}
			defer end()
			ctx = limited
		}
		route.Handler.ServeHTTP(w, r.WithContext(ctx))
		if route.Signs {
			d.streams.endAll(visit.DeviceID)
		}
	})
}

// visit is who comes; false when the request was answered already.
func (d *door) visit(w http.ResponseWriter, r *http.Request, route Route) (people.Visit, bool) {
	var visit people.Visit
	err := people.ErrUnpaired
	if cookie, missing := r.Cookie(d.Cookie); missing == nil {
		visit, err = d.People.Visit(r.Context(), cookie.Value)
	}
	switch {
	case route.Need == Nothing:
		return visit, true
	case errors.Is(err, people.ErrUnpaired) && route.Page:
		http.Redirect(w, r, "/pair", http.StatusSeeOther)
	case errors.Is(err, people.ErrUnpaired):
		Refuse(w, r, http.StatusUnauthorized, CodeUnpaired)
	case err != nil:
		d.Log.Warn("nobody can be known", "error", err)
		Refuse(w, r, http.StatusServiceUnavailable, CodeStore)
	case route.Need == Person && visit.Person == "":
		Refuse(w, r, http.StatusForbidden, CodeNoPerson)
	default:
		return visit, true
	}
	return visit, false
}

func changes(method string) bool { return method != http.MethodGet && method != http.MethodHead }

// mayChange checks what everything that changes something must bring.
func (d *door) mayChange(w http.ResponseWriter, r *http.Request, route Route, visit people.Visit) bool {
	if route.Need != Nothing && !sameText(r.Header.Get(TokenHeader), visit.Token) {
		Refuse(w, r, http.StatusForbidden, CodeToken)
		return false
	}
	if r.ContentLength > MostBody {
		Refuse(w, r, http.StatusRequestEntityTooLarge, CodeTooLarge)
		return false
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodDelete && (err != nil || kind != "application/json") {
		Refuse(w, r, http.StatusUnsupportedMediaType, CodeNotJSON)
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, MostBody)
	return true
}

func setDeadline(w http.ResponseWriter, route Route) {
	control := http.NewResponseController(w)
	switch {
	case route.Stream:
		_ = control.SetWriteDeadline(time.Time{}) // the handler bounds each of its writes
	case route.File:
		_ = control.SetWriteDeadline(time.Now().Add(fileWithin))
	default:
		_ = control.SetWriteDeadline(time.Now().Add(answerWithin))
	}
}
