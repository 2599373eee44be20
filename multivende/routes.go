package multivende

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// route is one line of the path table. Placeholders are in braces; a template may end in a
// query. An override may leave out the placeholders in optional.
type route struct {
	method   string
	template string
	optional []string
}

// The routes of the hub, by the names that an override file uses.
const (
	routeAppInfo         = "app_info"
	routeConnections     = "connections"
	routeStatuses        = "delivery_order_statuses"
	routeAvailableLabels = "available_labels"
	routeGenerateTickets = "generate_tickets"
	routeTask            = "task"
	routeLabelTasks      = "label_tasks"
	routeDeliveryOrder   = "delivery_order"
	routeChangeStatus    = "change_status"
	routeUpdateTracking  = "update_tracking"
	routeCheckoutsLight  = "checkouts_light"
	routeCheckout        = "checkout"
	routeConsent         = "consent_page"
	routeAccessToken     = "access_token"
	routeWithError       = "checkouts_with_error"
	routePickUpOrder     = "pick_up_order"
	routePickUpStatuses  = "pick_up_order_statuses"
	routeChangePickUp    = "change_pick_up_status"
	routePickUpTracking  = "update_pick_up_tracking"
	routeDownload        = "download" // not a path of the hub: the links that it hands out
)

// routes is the only place with the hub's paths. docs/hub-api.md says how sure each is.
var routes = map[string]route{
	routeAppInfo:         {method: http.MethodGet, template: "/api/d/info"},
	routeConnections:     {method: http.MethodGet, template: "/api/m/{merchantId}/marketplace-connections/p/{page}"},
	routeStatuses:        {method: http.MethodGet, template: "/api/delivery-order-statuses"},
	routeAvailableLabels: {method: http.MethodGet, template: "/api/m/{merchantId}/delivery-orders/documents/p/{page}"},
	routeGenerateTickets: {
		method:   http.MethodPut,
		template: "/api/{provider}-connections/{marketplaceConnectionId}/delivery-order-tickets/generation",
		// The guide names no path, and paths without the provider or the connection are plausible.
		optional: []string{"provider", "marketplaceConnectionId", "merchantId"},
	},
	routeTask: {method: http.MethodGet, template: "/api/bulk-actions-task/{taskId}"},
	routeLabelTasks: {
		method: http.MethodGet,
		template: "/api/m/{merchantId}/bulk-actions-task/{provider}-generate-delivery-order-ticket/p/{page}" +
			"?_marketplaceConnectionId={marketplaceConnectionId}",
		optional: []string{"provider"}, // may be the same word for every channel
	},
	routeDeliveryOrder:  {method: http.MethodGet, template: "/api/delivery-orders/{deliveryOrderId}"},
	routeChangeStatus:   {method: http.MethodPut, template: "/api/delivery-orders/{deliveryOrderId}/change-delivery-status"},
	routeUpdateTracking: {method: http.MethodPut, template: "/api/delivery-orders/{deliveryOrderId}"},
	routeCheckoutsLight: {method: http.MethodGet, template: "/api/m/{merchantId}/checkouts/light/p/{page}"},
	routeCheckout:       {method: http.MethodGet, template: "/api/checkouts/{checkoutId}"},
	routeConsent:        {method: http.MethodGet, template: "/apps/authorize"}, // a page for people; never called
	routeAccessToken:    {method: http.MethodPost, template: "/oauth/access-token"},
	routeWithError:      {method: http.MethodGet, template: "/api/m/{merchantId}/checkouts/with-error/p/{page}"},
	routePickUpOrder:    {method: http.MethodGet, template: "/api/pick-up-orders/{pickUpOrderId}"},
	routePickUpStatuses: {method: http.MethodGet, template: "/api/pick-up-order-statuses"},
	routeChangePickUp:   {method: http.MethodPut, template: "/api/pick-up-orders/{pickUpOrderId}/change-pick-up-status"},
	routePickUpTracking: {method: http.MethodPut, template: "/api/pick-up-orders/{pickUpOrderId}"},
}

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

func placeholdersOf(template string) []string {
	return lo.Uniq(lo.Map(placeholder.FindAllStringSubmatch(template, -1), func(found []string, _ int) string {
		return found[1]
	}))
}

// readRoutes returns the path table with the overrides of a JSON file (name → template); one error
// names every mistake in the file.
func readRoutes(file string) (map[string]route, error) {
	table := maps.Clone(routes)
	if file == "" {
		return table, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("hub paths file: %w", err)
	}
	overrides := map[string]string{}
	if err := json.Unmarshal(content, &overrides); err != nil {
		return nil, fmt.Errorf("hub paths file %s must be a JSON object of names and templates: %w", file, err)
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		known, found := table[name]
		if !found {
			names := strings.Join(slices.Sorted(maps.Keys(routes)), ", ")
			wrong = append(wrong, fmt.Errorf("hub paths file %s: there is no route %q; the routes are %s", file, name, names))
			continue
		}
		if err := checkTemplate(known, overrides[name]); err != nil {
			wrong = append(wrong, fmt.Errorf("hub paths file %s: route %q: %w", file, name, err))
		}
		known.template = overrides[name]
		table[name] = known
	}
	return table, errors.Join(wrong...)
}

func checkTemplate(known route, template string) error {
	all := placeholdersOf(known.template)
	given := placeholdersOf(template)
	missing := lo.Without(lo.Without(all, given...), known.optional...)
	unknown := lo.Without(lo.Without(given, all...), known.optional...)
	filled := placeholder.ReplaceAllString(template, "x")
	parsed, err := url.Parse(filled)
	switch {
	case !strings.HasPrefix(template, "/") || strings.HasPrefix(template, "//"):
		return errors.New("a template must be a path that starts with one /")
	case err != nil || strings.ContainsAny(filled, "{}#\\ ") || slices.Contains(strings.Split(parsed.Path, "/"), ".."):
		return errors.New("this is not a path")
	case len(missing) > 0:
		return fmt.Errorf("{%s} is missing", strings.Join(missing, "}, {"))
	case len(unknown) > 0:
		return fmt.Errorf("{%s} is unknown here; known are {%s}", strings.Join(unknown, "}, {"),
			strings.Join(lo.Union(all, known.optional), "}, {"))
	case len(all) > 0 && len(given) == 0:
		return fmt.Errorf("it must contain one of {%s}", strings.Join(lo.Union(all, known.optional), "}, {"))
	}
	return nil
}

// fill puts values into a template, each escaped for its place.
func fill(template string, values map[string]string) (string, error) {
	for _, name := range placeholdersOf(template) {
		if why := WhyUnusable(values[name]); why != "" {
			return "", fmt.Errorf("%s cannot stand in a path: %s", name, why)
		}
	}
	path, query, _ := strings.Cut(template, "?")
	path = placeholder.ReplaceAllStringFunc(path, func(found string) string {
		return url.PathEscape(values[strings.Trim(found, "{}")])
	})
	query = placeholder.ReplaceAllStringFunc(query, func(found string) string {
		return url.QueryEscape(values[strings.Trim(found, "{}")])
	})
	return path + lo.Ternary(query == "", "", "?"+query), nil
}
