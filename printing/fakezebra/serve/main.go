// Command serve runs a fake Zebra printer, with its page.
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

	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/fakezebra/screen"
	"github.com/despacho/despacho/service/version"
)

// settings are the program's flags.
type settings struct {
	Addr       string        `default:"127.0.0.1:0" help:"Address for labels, as port 9100 of a printer; port 0 takes any free one."`
	StatusAddr string        `placeholder:"ADDRESS" help:"Second address, for questions only, as port 9200 of some printers."`
	HTTP       string        `name:"http" default:"127.0.0.1:0" help:"Address of the page that shows the printed labels."`
	PerLabel   time.Duration `default:"400ms" help:"How long a label takes."`
	Roll       int           `placeholder:"N" help:"Labels on the roll; by default it never ends."`
	DPI        int           `name:"dpi" enum:"203,300" default:"203" help:"Dots per inch: 203 or 300."`
	Counter    int           `placeholder:"N" help:"What the counter of labels shows at first."`
	Buffer     int           `default:"1048576" help:"Bytes of labels that the printer takes ahead."`
}

func main() {
	var flags settings
	kong.Parse(&flags, kong.Name("fakezebra"), version.Flag(), kong.Description("A fake Zebra printer with a page that shows its labels."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, flags, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// serve runs the printer until the context ends; its first line says where labels and page are.
func serve(ctx context.Context, flags settings, out io.Writer) error {
	printer, err := fakezebra.Start(fakezebra.Options{
		Address: flags.Addr, StatusAddress: flags.StatusAddr, Buffer: flags.Buffer, DPI: flags.DPI, Counter: flags.Counter,
		Modes: fakezebra.Modes{PerLabel: flags.PerLabel, PaperLeft: flags.Roll},
	})
	if err != nil {
		return err
	}
	defer func() { _ = printer.Close() }()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", flags.HTTP)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", flags.HTTP, err)
	}
	fmt.Fprintf(out, "printer=%s status=%s page=http://%s/\n", printer.Address(), printer.StatusAddress(), listener.Addr())
	server := &http.Server{Handler: screen.Handler(printer), ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
