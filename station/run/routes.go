package run

import (
	"net/http"
	"slices"

	"github.com/samber/lo"

	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/station/door"
	"github.com/despacho/despacho/station/page"
)

// routes is all that the station answers; what is not listed here is refused.
func (p *process) routes() []door.Route {
	return slices.Concat(p.pageRoutes(), p.peopleRoutes(), deskRoutes(p.desk))
}

// Routes of the desk that are not answered at once, since events stay open and files may be large, and the
// one whose answers are counted.
const (
	eventsRoute = "GET /api/events"
	scanRoute   = "POST /api/scan"
)

var fileRoutes = []string{"GET /api/files/{merchant}/{run}/{n}", "GET /api/labels/{merchant}/{order}/{label}/file", "GET /api/handover/{merchant}/{file}"}

// deskRoutes are what the page asks for and does: for paired devices, and where the desk says so for people.
func deskRoutes(d *desk.Desk) []door.Route {
	return lo.Map(d.Routes(), func(route desk.Route, _ int) door.Route {
		return door.Route{
			Pattern: route.Pattern, Need: lo.Ternary(route.Person, door.Person, door.Device),
			Stream: route.Pattern == eventsRoute, File: slices.Contains(fileRoutes, route.Pattern), Keeps: true,
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				visit := door.VisitorOf(r.Context())
				who := desk.Identity{Device: visit.Device, Person: visit.Person, Language: page.Language(r)}
				route.Handle(w, r.WithContext(desk.WithIdentity(r.Context(), who)))
			}),
		}
	})
}

// pageRoutes are what a browser opens.
func (p *process) pageRoutes() []door.Route {
	return []door.Route{
		{Pattern: "GET /{$}", Need: door.Device, Page: true, Handler: p.shell(page.WriteShell)},
		{Pattern: "GET /pair", Page: true, Handler: p.shell(page.WritePair)},
		{Pattern: "GET /assets/", Keeps: true, Handler: page.Assets()},
	}
}

func (p *process) shell(write func(http.ResponseWriter, page.Shell)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		write(w, page.Shell{Token: door.VisitorOf(r.Context()).Token, Language: page.Language(r), Site: p.settings.Site})
	})
}
