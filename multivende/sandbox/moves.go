package sandbox

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A movable route, by its own name, with its name and path in DESPACHO_HUB_PATHS.
var movable = map[string]struct{ setting, path string }{
	"connections":          {"connections", "/api/m/{merchantId}/marketplace-connections/p/{page}"},
	"statuses":             {"delivery_order_statuses", "/api/delivery-order-statuses"},
	"documents":            {"available_labels", "/api/m/{merchantId}/delivery-orders/documents/p/{page}"},
	"tickets":              {"generate_tickets", "/api/{provider}-connections/{marketplaceConnectionId}/delivery-order-tickets/generation"},
	"task":                 {"task", "/api/bulk-actions-task/{taskId}"},
	"tasks":                {"label_tasks", "/api/m/{merchantId}/bulk-actions-task/{provider}-generate-delivery-order-ticket/p/{page}"},
	"delivery-order":       {"delivery_order", "/api/delivery-orders/{deliveryOrderId}"},
	"change-status":        {"change_status", "/api/delivery-orders/{deliveryOrderId}/change-delivery-status"},
	"update-tracking":      {"update_tracking", "/api/delivery-orders/{deliveryOrderId}"},
	"checkouts-light":      {"checkouts_light", "/api/m/{merchantId}/checkouts/light/p/{page}"},
	"checkout":             {"checkout", "/api/checkouts/{checkoutId}"},
	"checkouts-with-error": {"checkouts_with_error", "/api/m/{merchantId}/checkouts/with-error/p/{page}"},
}

// move is a route that answers under another path only.
type move struct {
	route, method string
	now           *regexp.Regexp // the path under which it answers
	before        string         // its own template
}

var templatePlace = regexp.MustCompile(`\{(\w+)\}`)

// movesOf reads routes and the templates under which they answer.
func movesOf(moved map[string]string) ([]move, error) {
	var moves []move
	for _, name := range slices.Sorted(maps.Keys(moved)) {
		own := name
		for candidate, row := range movable {
			if row.setting == name {
				own = candidate
			}
		}
		row, known := movable[own]
		path := moved[name]
		if !known {
			return nil, fmt.Errorf("sandbox: route %q cannot be moved: give one of %s", name, strings.Join(slices.Sorted(maps.Keys(movable)), ", "))
		}
		for _, found := range templatePlace.FindAllStringSubmatch(row.path, -1) {
			if place := found[0]; place != "{provider}" && !strings.Contains(path, place) || !strings.HasPrefix(path, "/") {
				return nil, fmt.Errorf("sandbox: route %q: %q is no path with %s", name, path, place)
			}
		}
		method, _, _ := strings.Cut(routeNamed(own).pattern, " ")
		pattern := regexp.MustCompile(`\\\{(\w+)\\\}`).ReplaceAllString(regexp.QuoteMeta(path), `(?P<$1>[^/]+)`)
		now, err := regexp.Compile("^" + pattern + "$")
		if err != nil {
			return nil, fmt.Errorf("sandbox: route %q: %q: %w", name, path, err)
		}
		moves = append(moves, move{own, method, now, row.path})
	}
	return moves, nil
}

type movedKey struct{}

// moved leads a call of a moved route to its handler.
func (h *Hub) moved(r *http.Request) *http.Request {
	for _, m := range h.moves {
		found := m.now.FindStringSubmatch(r.URL.Path)
		if found == nil || r.Method != m.method {
			continue
		}
		values := map[string]string{}
		for i, name := range m.now.SubexpNames() {
			values[name] = found[i]
		}
		if c := h.connectionByID(values["marketplaceConnectionId"]); c != nil {
			values["provider"] = c.provider
		}
		led := r.Clone(context.WithValue(r.Context(), movedKey{}, m.route))
		led.URL = &url.URL{RawQuery: r.URL.RawQuery, Path: templatePlace.ReplaceAllStringFunc(m.before, func(place string) string {
			return values[strings.Trim(place, "{}")]
		})}
		return led
	}
	return r
}

// movedAway tells that a route was called under its old path.
func (h *Hub) movedAway(route route, r *http.Request) bool {
	return slices.ContainsFunc(h.moves, func(m move) bool { return m.route == route.name }) && r.Context().Value(movedKey{}) != route.name
}
