// Package desk answers the packers' page: the handlers of the station's JSON routes, in front of the
// picture of package board. Begin with [New] and [Desk.Routes].
//
// It promises that a scan is stored before it is answered, that the same id does nothing twice, and that
// every answer and request is bounded. It does not know who may ask: whoever serves the routes lets in
// only those who may, and says who they are by [WithIdentity].
package desk

import (
	"context"
	"image"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/handover"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

// Identity is who asks: a paired device, a person, and the language in which they read.
type Identity struct {
	Device, Person string
	Language       wording.Language
}

type identityKey struct{}

// WithIdentity says who asks.
func WithIdentity(ctx context.Context, who Identity) context.Context {
	return context.WithValue(ctx, identityKey{}, who)
}

// identityOf is who asks; nobody, who reads Spanish, when it was not said.
func identityOf(ctx context.Context) Identity {
	who, _ := ctx.Value(identityKey{}).(Identity)
	if who.Language == "" {
		who.Language = wording.Spanish
	}
	return who
}

// Printers are the printers of the site as workflows; client.TemporalPrinters has them.
type Printers interface {
	// Print puts a stored job into its printer's queue; the same job is put in once.
	Print(ctx context.Context, job contract.PrintJob) (contract.PrintAnswer, error)
	Control(ctx context.Context, site, printer string, control contract.PrinterControl) error
	Settle(ctx context.Context, site, printer string, request contract.SettleRequest) error
}

// Settings are what a desk is made of.
type Settings struct {
	Site     string
	Board    *board.Board
	Store    *storage.Store
	Printers Printers
	Preview  Preview
	Now      func() time.Time
	Log      *slog.Logger
}

// Preview draws pages of PDF labels; labels/raster's engine does. It must bound what a file may cost.
type Preview interface {
	// Picture draws a page, counted from 0, at so many dots an inch.
	Picture(ctx context.Context, pdf []byte, page, dpi int) (*image.Gray, error)
}

// Desk answers the page.
type Desk struct {
	Settings
	// asked keeps requests with the same id apart.
	asked  singleflight.Group
	tables tables
	sheets *handover.Sheets
	pngs   pngCache
	// drawing is as many pictures as are drawn at a time.
	drawing chan struct{}
}

// New returns a desk.
func New(settings Settings) *Desk {
	if settings.Now == nil {
		settings.Now = time.Now
	}
	if settings.Log == nil {
		settings.Log = slog.New(slog.DiscardHandler)
	}
	return &Desk{
		Settings: settings, drawing: make(chan struct{}, drawAtOnce),
		sheets: handover.New(handover.Settings{Site: settings.Site, Store: settings.Store, Now: settings.Now}),
	}
}

// Route is one of the routes of the page. Person: only somebody who said who they are may ask.
type Route struct {
	Pattern string
	Person  bool
	Handle  http.HandlerFunc
}

// Routes are all routes that the desk answers.
func (d *Desk) Routes() []Route {
	return []Route{
		{"GET /api/today", false, d.today},
		{"GET /api/events", false, d.events},
		{"GET /api/runs/{merchant}/{run}/labels", false, d.labels},
		{"POST /api/print", true, d.print},
		{"POST /api/scan", true, d.scan},
		{"POST /api/found", true, d.found},
		{"GET /api/labels/{merchant}/{order}/{label}", false, d.label},
		{"GET /api/labels/{merchant}/{order}/{label}/preview.png", false, d.preview},
		{"GET /api/labels/{merchant}/{order}/{label}/file", false, d.labelFile},
		{"GET /api/files/{merchant}/{run}", false, d.files},
		{"GET /api/files/{merchant}/{run}/{n}", false, d.file},
		{"POST /api/printers/{name}/control", true, d.control},
		{"POST /api/printers/{name}/settle", true, d.settle},
		{"GET /api/handover", false, d.handOvers},
		{"POST /api/handover/close", true, d.closeHandOver},
		{"GET /api/handover/{merchant}/{file}", false, d.handOverPDF},
	}
}
