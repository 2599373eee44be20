package multivende

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Verdict is what a call of a probe came to.
type Verdict string

// The verdicts.
const (
	ProbeExpected  Verdict = "as_expected"
	ProbeShape     Verdict = "other_shape"   // Words name the members that are missing or of another kind
	ProbeNoRoute   Verdict = "no_route"      // DESPACHO_HUB_PATHS sets another
	ProbeForbidden Verdict = "forbidden"     // Scope is missing
	ProbeEmpty     Verdict = "nothing_there" // the list is empty, which shows no shape
	ProbeAbsent    Verdict = "absent"        // the route is there; what was asked for is not
	ProbeNotCalled Verdict = "not_called"    // nothing was found whose id it could be called with
	ProbeFailed    Verdict = "failed"        // anything else: Words
)

// Probed is what one call of a read-only route came to. Nothing that the hub said of an order is in it.
type Probed struct {
	Route   string // a name of the path table
	Called  string // the method and the template
	Verdict Verdict
	Words   string
	Scope   string // that the route needs; "" for none
	// Spare: runs do without the route.
	Spare bool
}

// Filtered is whether a list keeps to the filter by connection, as far as two connections tell.
type Filtered struct {
	Route string
	// Compared: there were entries of two connections. Kept: no entry is in both.
	Compared, Kept bool
}

// Probing is all that a probe found.
type Probing struct {
	Routes  []Probed
	Filters []Filtered
	// OrderUnknown: the order that was named is none of the hub's.
	OrderUnknown bool
}

// salesTried bounds how many sales are read until one is registered.
const salesTried = 4

// prober walks from one thing that the hub shows to the next.
type prober struct {
	c     *Client
	found Probing
	fixed bool // an order was named, and is there
	most  uint // connections that are looked into for a label, a sale or a task
	done  map[string]Verdict

	connections      []connectionEntry
	order            string
	sales            []string // that may be read: one that failed to register cannot
	pickUp, task     string
	labels, checkout map[string][]string // entries by connection
}

// Probe calls each read-only route with ids that the hub itself shows, or with those of the order
// that is named by a delivery order's or a sale's id, and says of each whether it answers as this
// client reads it. It changes nothing. Lists are looked into connection by connection until one
// shows something, in so many connections at most: it makes 12 calls and three for each of these.
// The error is that of a call that says nothing about its route: the token is refused, or the hub
// cannot be reached.
func (c *Client) Probe(ctx context.Context, order string, connections uint) (Probing, error) {
	p := &prober{c: c, most: connections, done: map[string]Verdict{}, labels: map[string][]string{}, checkout: map[string][]string{}}
	err := p.walk(ctx, order)
	return p.found, err
}

func (p *prober) walk(ctx context.Context, order string) error {
	steps := []func(context.Context) error{
		func(ctx context.Context) error { _, err := p.call(ctx, routeAppInfo, nil, nil); return err },
		p.listConnections,
		func(ctx context.Context) error { _, err := p.call(ctx, routeStatuses, nil, nil); return err },
		func(ctx context.Context) error { return p.named(ctx, order) },
		p.listLabels, p.listSales, p.readSale, p.readOrder, p.listTasks, p.readTask,
		func(ctx context.Context) error {
			_, err := p.call(ctx, routeWithError, map[string]string{"page": "1"}, nil)
			return err
		},
		func(ctx context.Context) error { _, err := p.call(ctx, routePickUpStatuses, nil, nil); return err },
		p.readPickUp,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	p.found.Filters = append(p.found.Filters, compare(routeAvailableLabels, p.labels), compare(routeCheckoutsLight, p.checkout))
	return nil
}

// call calls a route, keeps what that came to, and returns the answer's objects. Of several calls of
// a route the one counts that tells most.
func (p *prober) call(ctx context.Context, route string, values map[string]string, query url.Values) ([]objectOf, error) {
	expected := expectations[route]
	told := Probed{Route: route, Called: p.c.called(route), Scope: expected.scope, Spare: expected.spare, Verdict: ProbeExpected}
	var raw json.RawMessage
	err := p.c.read(ctx, request{route: route, values: values, query: query}, &raw)
	if err != nil {
		if told.Verdict, told.Words = verdictOf(err); told.Verdict == "" {
			return nil, err
		}
		p.keep(told)
		return nil, nil
	}
	entries, wrong := expected.entriesOf(raw)
	switch {
	case wrong != "":
		told.Verdict, told.Words = ProbeShape, wrong
	case len(entries) == 0:
		told.Verdict = ProbeEmpty
	default:
		missing := lo.Uniq(lo.FlatMap(entries, func(o objectOf, _ int) []string { return expected.missing(o) }))
		if len(missing) > 0 {
			told.Verdict, told.Words = ProbeShape, strings.Join(missing, ", ")
		}
	}
	p.keep(told)
	return entries, nil
}

// verdictOf is what an error says about a route; "" where it says nothing about it.
func verdictOf(err error) (Verdict, string) {
	var e *Error
	switch {
	case !errors.As(err, &e) || e.Class == NeedsConsent || e.Status == http.StatusUnauthorized || e.Class == Unreachable:
		return "", ""
	case e.Class == NoRoute, e.Class == NotFound && e.Unproven:
		return ProbeNoRoute, e.Error()
	case e.Class == NotFound:
		return ProbeAbsent, e.Error()
	case e.Class == NotAuthorised:
		return ProbeForbidden, e.Error()
	case e.Class == Broken:
		return ProbeShape, e.Excerpt
	}
	return ProbeFailed, e.Error()
}

func (p *prober) keep(told Probed) {
	if slices.Contains([]Verdict{ProbeExpected, ProbeShape, ProbeForbidden}, p.done[told.Route]) {
		return
	}
	p.done[told.Route] = told.Verdict
	p.found.Routes = append(slices.DeleteFunc(p.found.Routes, func(other Probed) bool { return other.Route == told.Route }), told)
}

func (p *prober) notCalled(route, why string) {
	expected := expectations[route]
	p.keep(Probed{Route: route, Called: p.c.called(route), Verdict: ProbeNotCalled, Words: why, Scope: expected.scope, Spare: expected.spare})
}

// compare says whether entries of two connections are kept apart.
func compare(route string, shown map[string][]string) Filtered {
	lists := lo.Values(shown)
	if len(lists) < 2 {
		return Filtered{Route: route}
	}
	return Filtered{Route: route, Compared: true, Kept: len(lo.Intersect(lists[0], lists[1])) == 0}
}

// decoded reads an object of an answer as the client does.
func decoded[T any](o objectOf) T {
	var entry T
	raw, _ := json.Marshal(maps.Clone(o))
	_ = json.Unmarshal(raw, &entry)
	return entry
}
