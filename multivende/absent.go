package multivende

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

var (
	// routeWords are the phrases with which servers and proxies say that they have no such path. Most quote it.
	routeWords = regexp.MustCompile(`(?i)cannot (get|put|post)\b|\b(no|unknown|invalid) (such )?(route|path|endpoint|resource path)|(route|path|page|url|endpoint) (was )?not found|requested url|no route matched|\s/api/|^/api/`)
	// objectWords name the objects that a route may ask for, in the hub's words or in Spanish.
	objectWords = regexp.MustCompile(`(?i)order|checkout|pick.?up|task|\bsale|shipment|pedido|\borden|venta|despacho|tarea|retiro`)
	// orderWords are those of a request for labels, whose connection is known.
	orderWords = regexp.MustCompile(`(?i)order|checkout|shipment|pedido|\borden|venta|despacho`)
)

// classOfAbsence classifies a 404: the hub lacks the route, or the object that was asked for.
// sure means that the body, or an earlier answer of the route, tells which.
func (c *Client) classOfAbsence(r request, body []byte) (class Class, sure bool) {
	known := c.routes[r.route]
	words := wordsOf(body)
	named := objectWords
	if r.route == routeGenerateTickets {
		named = orderWords
	}
	switch {
	case !known.ofObject():
		return NoRoute, true
	case c.proven.has(provenKey(r)) && r.route != routeGenerateTickets:
		return NotFound, true
	case looksLikeHTML(body):
		return NoRoute, true
	case slices.ContainsFunc(strings.Split(words, "\n"), func(text string) bool { return named.MatchString(text) && !routeWords.MatchString(text) }):
		return NotFound, true // it may quote the path as well
	case routeWords.MatchString(words):
		return NoRoute, true
	case r.route == routeGenerateTickets:
		return NoRoute, true // no object was asked for, and the connection is known to exist
	}
	return NotFound, false
}

// wordsOf returns all words in the body of a refusal: of JSON, every text in it.
func wordsOf(body []byte) string {
	var read any
	if json.Unmarshal(bytes.TrimSpace(body), &read) != nil {
		return string(body[:min(len(body), 16*maxExcerpt)])
	}
	var words []string
	var gather func(any)
	gather = func(value any) {
		switch value := value.(type) {
		case string:
			words = append(words, value)
		case []any:
			for _, one := range value {
				gather(one)
			}
		case map[string]any:
			for _, one := range value {
				gather(one)
			}
		}
	}
	gather(read)
	slices.Sort(words)
	return strings.Join(words, "\n")
}

// ofObject tells whether a route asks for something by its id, which may be missing although the
// route exists.
func (r route) ofObject() bool {
	return slices.ContainsFunc(placeholdersOf(r.template), func(name string) bool {
		return slices.Contains([]string{"taskId", "deliveryOrderId", "checkoutId", "pickUpOrderId"}, name)
	}) || r.method == http.MethodPut
}

// provenRoutes are the routes that have answered as they should, and so are known to exist.
type provenRoutes struct {
	mu   sync.Mutex
	seen map[string]bool
}

func (p *provenRoutes) add(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil {
		p.seen = map[string]bool{}
	}
	p.seen[key] = true
}

func (p *provenRoutes) has(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[key]
}

// provenKey distinguishes routes that differ by the channel.
func provenKey(r request) string { return r.route + " " + r.values["provider"] }

// Proven says whether a route of the path table, by its name, has answered this client as it should.
func (c *Client) Proven(route string) bool { return c.proven.has(route + " ") }

// RouteOf is the name in the path table of the route that an error is about; "" for any other error.
func RouteOf(err error) string {
	name, _, _ := strings.Cut(routeOf(err), " ")
	return name
}
