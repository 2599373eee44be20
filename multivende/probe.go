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

// Verdict is the outcome of one call of a probe.
type Verdict string

// The verdicts.
const (
	ProbeExpected  Verdict = "as_expected"
	ProbeShape     Verdict = "other_shape"   // Words names the members that are missing or of another kind
	ProbeNoRoute   Verdict = "no_route"      // set another in DESPACHO_HUB_PATHS
	ProbeForbidden Verdict = "forbidden"     // the token lacks Scope
	ProbeEmpty     Verdict = "nothing_there" // the list is empty, which shows no shape
	ProbeAbsent    Verdict = "absent"        // the route exists; what was asked for does not
	ProbeNotCalled Verdict = "not_called"    // no id was found to call it with
	ProbeFailed    Verdict = "failed"        // anything else; Words says what
)

// Probed is the outcome of one call of a read-only route. It holds nothing that the hub said about an order.
type Probed struct {
	Route   string // a name of the path table
	Called  string // the method and the template
	Verdict Verdict
	Words   string
	Scope   string // that the route needs; "" for none
	// Spare marks a route that runs can work without.
	Spare bool
}

// Filtered says whether a list follows the filter by connection, as far as two connections show.
type Filtered struct {
	Route string
	// Compared means that two connections had entries, Kept that no entry is in both.
	Compared, Kept bool
}

// Probing is all that a probe found.
type Probing struct {
	Routes  []Probed
	Filters []Filtered
	// OrderUnknown means that the hub does not know the named order.
	OrderUnknown bool
}

// salesTried bounds how many sales are read to find one that is registered.
const salesTried = 4

// prober follows the ids that the hub shows from one route to the next.
type prober struct {
	c     *Client
	found Probing
	fixed bool // an order was named, and exists
	most  uint // connections in which it looks for a label, a sale or a task
	done  map[string]Verdict

	connections      []connectionEntry
	order            string
	sales            []string // candidates to read; one that failed to register cannot be read
	pickUp, task     string
	labels, checkout map[string][]string // entries by connection
}

// Probe calls each read-only route with ids that the hub itself shows, or with those of the order
// that is named by a delivery order's or a sale's id, and says of each whether it answers as this
// client reads it. It changes nothing. Lists are read connection by connection until one shows
// something, for the given number of connections at most: that takes 12 calls, and three per
// connection. The error is that of a call that says nothing about its route: the token is refused,
// or the hub is unreachable.
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
		func(ctx context.Context) error { return p.readNamedOrder(ctx, order) },
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

// call calls a route, records the outcome, and returns the answer's objects. Of several calls of
// a route, the one that says most counts.
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

// verdictOf is what an error says about a route; "" when it says nothing.
func verdictOf(err error) (Verdict, string) {
	var e *Error
	switch {
	case !errors.As(err, &e) || e.Class == NeedsConsent || e.Status == http.StatusUnauthorized || e.Class == Unreachable:
		return "", ""
	case e.Class == NoRoute, e.Class == NotFound && e.RouteUnproven:
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

// compare tells whether the entries of two connections are kept apart.
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
