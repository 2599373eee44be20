package door

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/service/answers"
	"github.com/despacho/despacho/storage"
)

// Prefix begins the path of everything that is served here.
const Prefix = "/v1/"

// Runs is what the door asks of Temporal about runs.
type Runs interface {
	client.Runs
	client.Pages
	client.OnceRetry
}

// Options of a door.
type Options struct {
	Keys     *partners.Directory
	Store    *storage.Store
	Runs     Runs
	Statuses client.StatusChanges
	Intakes  client.Intakes
	Labels   client.LabelIntake
	Drawer   client.LabelDrawer
	// Wake has what waits for a webhook delivered.
	Wake func(ctx context.Context, merchant, webhook string) error
	Log  *slog.Logger
	// Seen hears of each answered request, by its route's pattern.
	Seen func(route string, status int, took time.Duration)
	// Rate is how many requests a second a key may make, Burst how many at once; defaults [DefaultRate], [DefaultBurst].
	Rate, Burst int
	Now         func() time.Time
}

// What a key may do, unless the options say otherwise.
const (
	DefaultRate  = 100
	DefaultBurst = 200
)

// Door serves /v1.
type Door struct {
	Options
	mux       *http.ServeMux
	limits    *limits
	manifests *manifests
	pages     map[string]page
	// ending is over when no request may wait any more.
	ending   context.Context
	endWaits context.CancelFunc
}

// New is a door. It panics when two routes are one, as http.ServeMux does.
func New(options Options) *Door {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Seen == nil {
		options.Seen = func(string, int, time.Duration) {}
	}
	d := &Door{Options: options, limits: newLimits(options.Rate, options.Burst), manifests: newManifests(options.Store)}
	d.ending, d.endWaits = context.WithCancel(context.Background())
	d.mux = http.NewServeMux()
	d.pages = makePages(d.register(d.mux))
	return d
}

// EndWaits has requests that wait answered now, so that the gateway can end.
func (d *Door) EndWaits() { d.endWaits() }

// Document is the OpenAPI document of all routes.
func Document() *huma.OpenAPI { return (&Door{}).register(http.NewServeMux()) }

// register makes the routes of the table.
func (d *Door) register(mux *http.ServeMux) *huma.OpenAPI {
	config := huma.DefaultConfig("despacho for partners", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	config.RejectUnknownQueryParameters = true
	config.Info.Description = description
	config.Info.License = &huma.License{Name: "Apache-2.0", URL: "https://www.apache.org/licenses/LICENSE-2.0"}
	config.Servers = []*huma.Server{{URL: "/"}}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"key": {Type: "http", Scheme: "bearer", Description: "A key dsp_…, from the operator (starter partner add)."},
	}
	config.Security = []map[string][]string{{"key": {}}}
	api := humago.New(mux, config)
	api.UseMiddleware(checkScope)
	for _, routes := range []func(huma.API){
		d.batchRoutes, d.batchDetailRoutes, d.againRoutes, d.orderRoutes, d.labelRoutes, d.bringRoutes, d.confirmRoutes, d.statusRoutes,
		d.webhookRoutes, d.deliveryRoutes,
	} {
		routes(api)
	}
	return api.OpenAPI()
}

const description = `Labels and shipment statuses for the orders of merchants.

Each request needs a key: Authorization: Bearer dsp_…. A key is for certain merchants and scopes. Everything that changes something, other than DELETE, needs an Idempotency-Key: ` +
	`the same one with the same request is done once, and answered alike. Refusals are application/problem+json; program against their code.`

// Open says whether there is anybody who may come: without keys the door is not there.
func (d *Door) Open(ctx context.Context) bool {
	there, err := d.Keys.Any(ctx)
	if err != nil {
		d.Log.Warn("whether there are keys of partners cannot be read; what was known holds", "error", err)
	}
	return there
}

// ServeHTTP answers one request.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	answer := answers.Record(w)
	route := "none"
	defer func() {
		if wrong := recover(); wrong != nil {
			d.Log.Error("a request of a partner could not be answered", "route", route, "error", wrong, "stack", string(debug.Stack()))
			if !answer.Written {
				problem(CodeBroken).write(answer)
			}
		}
		took := time.Since(began)
		d.Seen(route, answer.Status, took)
		d.Log.Debug("request of a partner", "route", route, "status", answer.Status, "ms", took.Milliseconds())
	}()
	header := answer.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	_ = control.SetWriteDeadline(began.Add(answerWithin))
	if r.Method == http.MethodGet {
		_ = control.SetReadDeadline(began.Add(answerWithin)) // there is no body to wait for
	}
	if page, found := d.pages[r.URL.Path]; found && r.Method == http.MethodGet {
		route = "GET " + r.URL.Path
		page.write(answer)
		return
	}
	request, refused := d.admit(r)
	if refused != nil {
		refused.write(answer)
		return
	}
	handler, pattern := d.mux.Handler(request)
	if pattern == "" {
		d.refuseUnlisted(answer, request, handler)
		return
	}
	route = pattern
	d.mux.ServeHTTP(answer, request.WithContext(context.WithValue(request.Context(), connectionKey{}, control)))
}

type connectionKey struct{}

// keepConnection lifts the limit for the body, which has come: left in place, it would break the connection while the
// answer is made.
func keepConnection(ctx context.Context) {
	if control, ok := ctx.Value(connectionKey{}).(*http.ResponseController); ok {
		_ = control.SetReadDeadline(time.Time{})
	}
}

// answerWithin bounds a whole answer, one that waits included.
const answerWithin = maxWait + handleWithin + 30*time.Second

// refuseUnlisted answers what no route takes.
func (d *Door) refuseUnlisted(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	probe := &answers.HeaderOnly{}
	handler.ServeHTTP(probe, r)
	if allow := probe.Header().Get("Allow"); probe.Status == http.StatusMethodNotAllowed && allow != "" {
		w.Header().Set("Allow", allow)
		problem(CodeMethod).write(w)
		return
	}
	problem(CodeNoRoute).write(w)
}
