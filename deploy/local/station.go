package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"text/tabwriter"
	"time"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakeoffice"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/fakezebra/screen"
	"github.com/despacho/despacho/printing/registry"
	"github.com/despacho/despacho/station/people"
	station "github.com/despacho/despacho/station/run"
)

const (
	usualStation = 8479
	// zebraName and officeName are the printers of the demo's packing table.
	zebraName, officeName = "zebra-1", "oficina"
	// perLabel is how long the fake Zebra takes for a label, about as fast as a real one.
	perLabel = 100 * time.Millisecond
	// linkLife is how long the demo's link pairs a browser.
	linkLife = 24 * time.Hour
)

// packers work at the demo's table; the first prints a pile by herself.
var packers = []string{"Ana", "Benjamín"}

// table is a packing table: a station with two printers that print nothing but pictures.
type table struct {
	at     station.Addresses
	people *people.Site
	zebra  *fakezebra.Printer
	// screen and office are the pages that show what the printers printed.
	screen, office string
	ended          chan error
	stop           context.CancelFunc
	servers        []*http.Server
}

// startTable starts the printers and the station, and registers the printers and two people.
func (w *workbench) startTable(ctx context.Context, given *flags, logger *slog.Logger) error {
	t := &table{ended: make(chan error, 1)}
	w.table = t
	office, err := t.startPrinters()
	if err != nil {
		return err
	}
	settings := station.DefaultSettings()
	settings.Health, settings.Drain, settings.Bucket = "127.0.0.1:0", drainWithin, w.running.Bucket
	settings.Merchants = []string{w.from.merchant}
	for _, printer := range []printing.Printer{
		{Name: zebraName, Kind: printing.Raw, Address: t.zebra.Address(), DPI: 203, Stock: "4x6in"},
		{Name: officeName, Kind: printing.IPP, Address: office, Stock: "a4-2up"},
	} {
		if err := registry.Add(ctx, w.store, settings.Site, printer); err != nil {
			return err
		}
	}
	t.people = people.Open(w.store, settings.Site)
	for _, name := range packers {
		if _, err := t.people.AddPerson(ctx, people.NewPerson{Name: name}); err != nil && !errors.Is(err, people.ErrTaken) {
			return err
		}
	}
	listener, err := w.running.Listen("station", given.StationPort, usualStation)
	if err != nil {
		return err
	}
	settings.Listen = listener.Addr().String()
	var serving context.Context
	serving, t.stop = context.WithCancel(context.WithoutCancel(ctx))
	ready := make(chan station.Addresses, 1)
	go func() {
		t.ended <- station.Run(serving, settings, station.Options{
			Temporal: w.temporal, Namespace: w.running.Namespace, Store: w.store, Tracing: w.tracing, Log: logger, Listener: listener,
			Ready: func(at station.Addresses) { ready <- at },
		})
	}()
	select {
	case t.at = <-ready:
		return nil
	case err := <-t.ended:
		t.stop = nil
		return fmt.Errorf("the station did not start: %w", err)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// startPrinters starts a fake Zebra and a fake office printer, and returns the address of the latter.
func (t *table) startPrinters() (office string, err error) {
	t.zebra, err = fakezebra.Start(fakezebra.Options{Modes: fakezebra.Modes{PerLabel: perLabel}})
	if err != nil {
		return "", err
	}
	at, err := t.serve(screen.Handler(t.zebra))
	if err != nil {
		return "", err
	}
	t.screen = "http://" + at + "/"
	if at, err = t.serve(fakeoffice.New(fakeoffice.Options{})); err != nil {
		return "", err
	}
	t.office = "http://" + at + "/"
	return "ipp://" + at + "/ipp/print", nil
}

// serve serves a printer's page, or all of it, on a free port of this machine.
func (t *table) serve(handler http.Handler) (address string, err error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	t.servers = append(t.servers, server)
	go func() { _ = server.Serve(listener) }()
	return listener.Addr().String(), nil
}

func (t *table) close() {
	if t.stop != nil {
		t.stop()
		<-t.ended
	}
	for _, server := range t.servers {
		_ = server.Close()
	}
	if t.zebra != nil {
		_ = t.zebra.Close()
	}
}

// showTable says how a browser gets to the packing table, and where its printers' labels can be seen.
func (w *workbench) showTable(ctx context.Context, out io.Writer) error {
	if w.table == nil {
		return nil
	}
	code, err := w.table.people.NewCode(ctx, "", linkLife)
	if err != nil {
		return err
	}
	written := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(written, "\nPacking table\t%s\n", station.PairingLink(w.table.at.URL, code))
	fmt.Fprintf(written, "\tthe link pairs one browser; `go run ./station pair` makes another\n")
	fmt.Fprintf(written, "Its Zebra\t%s shows the labels that came out\n", w.table.screen)
	fmt.Fprintf(written, "Its office printer\t%s\n", w.table.office)
	return written.Flush()
}
