// Command serve runs a fake office printer.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/printing/fakeoffice"
	"github.com/despacho/despacho/service/version"
)

// settings are the program's flags.
type settings struct {
	Addr    string        `default:"127.0.0.1:0" help:"Address to listen on; port 0 takes any free one."`
	Name    string        `default:"Oficina" help:"What the printer calls itself."`
	JobTime time.Duration `default:"300ms" help:"How long a document takes."`
	Keep    int           `default:"50" help:"How many documents are kept to be looked at."`
	Sheets  int           `placeholder:"N" help:"The paper is out after N documents."`
	ZPL     bool          `name:"zpl" help:"Take ZPL beside PDF."`
}

func main() {
	var flags settings
	kong.Parse(&flags, kong.Name("fakeoffice"), version.Flag(), kong.Description("An office printer to try things on: IPP, and a page with what it printed."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, flags, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// serve runs the printer until the context ends; a line says where it is.
func serve(ctx context.Context, flags settings, out io.Writer) error {
	printer := fakeoffice.New(fakeoffice.Options{Name: flags.Name, JobTime: flags.JobTime, Keep: flags.Keep, ZPL: flags.ZPL})
	printer.Change(func(m *fakeoffice.Modes) { m.SheetsLeft = flags.Sheets })
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", flags.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", flags.Addr, err)
	}
	fmt.Fprintf(out, "printer=ipp://%s/ipp/print page=http://%s/\n", listener.Addr(), listener.Addr())
	server := &http.Server{Handler: printer, ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
