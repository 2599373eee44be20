package run

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/devices"
	"github.com/despacho/despacho/printing/registry"
	"github.com/despacho/despacho/wording"
)

// printerWords are lists in help texts that come from the data.
func printerWords() kong.Vars { return kong.Vars{"stocks": strings.Join(pdf.StockNames(), ", ")} }

// printerCommands are `station printers …`.
type printerCommands struct {
	Add    printerAddCommand    `cmd:"" help:"Add a printer to the site, or change it: what is not given gets its default."`
	List   printerListCommand   `cmd:"" help:"List the site's printers."`
	Test   printerTestCommand   `cmd:"" help:"Print a small label and say what the printer answered; not while it works on a job."`
	Remove printerRemoveCommand `cmd:"" help:"Remove a printer; what waits in its queue stays there until it is added again."`
}

type printerAddCommand struct {
	place         `embed:""`
	Name          string `arg:"" help:"Up to 32 small letters, digits, dots, _ and -; it stands on the page."`
	Kind          string `required:"" enum:"raw,ipp" placeholder:"raw|ipp" help:"raw: ZPL on a TCP port, usually 9100. ipp: an office printer, or any that speaks IPP."`
	Address       string `required:"" placeholder:"ADDRESS" help:"host:port of a raw printer, ipp:// or ipps:// address else."`
	StatusAddress string `placeholder:"HOST:PORT" help:"Where a raw printer answers while its port prints, such as host:9200; default: on its port."`
	DPI           int    `name:"dpi" placeholder:"203|300" help:"Dots per inch of a printer of labels; default 203 for raw."`
	Stock         string `default:"4x6in" help:"The paper in it: ${stocks}."`
	Darkness      *int   `placeholder:"0-30" help:"Darkness of a raw printer; default: as it is set there."`
	Speed         *int   `placeholder:"INCHES" help:"Speed of a raw printer, inches a second; default: as it is set there."`
	UnderWay      int    `placeholder:"3-5" help:"Labels that may be in the printer at a time; default 4."`
	NoCounter     bool   `help:"Its counter of labels does not tell the truth, or it has none."`
	ZPL           bool   `name:"zpl" help:"An IPP printer that prints labels and takes ZPL."`
	Fingerprint   string `placeholder:"SHA256" help:"SHA-256 of the certificate that an ipps:// printer made for itself, in hexadecimal; a refusal shows it."`
}

// Run adds or changes a printer.
func (c *printerAddCommand) Run(ctx context.Context, d *console) error {
	store, err := c.store(ctx, d)
	if err != nil {
		return err
	}
	printer := printing.Printer{
		Name: c.Name, Kind: printing.Kind(c.Kind), Address: c.Address, StatusAddress: c.StatusAddress, DPI: c.DPI, Stock: c.Stock,
		Darkness: c.Darkness, Speed: c.Speed, UnderWay: c.UnderWay, NoCounter: c.NoCounter, ZPL: c.ZPL,
		Fingerprint: c.Fingerprint,
	}
	if printer.DPI == 0 && printer.Kind == printing.Raw {
		printer.DPI = 203
	}
	if err := registry.Add(ctx, store, c.Site, printer); err != nil {
		return err
	}
	d.say("Printer %s is registered at site %s. station printers test %s prints a small label.", c.Name, c.Site, c.Name)
	return nil
}

type printerListCommand struct {
	place `embed:""`
}

// Run lists the printers.
func (c *printerListCommand) Run(ctx context.Context, d *console) error {
	store, err := c.store(ctx, d)
	if err != nil {
		return err
	}
	printers, err := registry.List(ctx, store, c.Site)
	if err != nil {
		return err
	}
	if len(printers) == 0 {
		d.say("Site %s has no printer: station printers add NAME --kind raw --address HOST:9100.", c.Site)
		return nil
	}
	table := tabwriter.NewWriter(d.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PRINTER\tKIND\tADDRESS\tSTOCK\tDPI")
	for _, p := range printers {
		dpi := ""
		if p.DPI > 0 {
			dpi = fmt.Sprint(p.DPI)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", p.Name, p.Kind, p.Address, p.Stock, dpi)
	}
	return table.Flush()
}

type printerTestCommand struct {
	place    `embed:""`
	Name     string `arg:"" help:"The printer's name."`
	Language string `default:"es" enum:"es,pt,en" help:"Language of the answer: es, pt or en."`
}

// Run prints a test label.
func (c *printerTestCommand) Run(ctx context.Context, d *console) error {
	store, err := c.store(ctx, d)
	if err != nil {
		return err
	}
	printer, err := registry.Get(ctx, store, c.Site, c.Name)
	if err != nil {
		return err
	}
	if err := c.mayTest(ctx, d); err != nil {
		return err
	}
	tested, err := registry.Test(ctx, printer, devices.Open)
	if err != nil {
		return err
	}
	for _, line := range tested.Lines(wording.Language(c.Language)) {
		d.say("%s", line)
	}
	if tested.Outcome.Out == 0 {
		return fmt.Errorf("printer %s: nobody knows that the test label came out", c.Name)
	}
	return nil
}

// askWithin is how long Temporal may take to say whether a printer works on a job.
const askWithin = 5 * time.Second

// mayTest refuses while the printer works on a job: a label of others among its own makes it doubt what came out. Where
// Temporal does not answer, as before the first start, only a person can know.
func (c *printerTestCommand) mayTest(ctx context.Context, d *console) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	printers, done, err := d.queues(ctx)
	if err == nil {
		defer done()
		var queue contract.PrinterProgress
		if queue, err = printers.Progress(ctx, c.Site, c.Name); err == nil && len(queue.Jobs) > 0 {
			return fmt.Errorf("printer %s works on a job with %d labels to go: wait for its end, or stop it on the page, and test then", c.Name, queue.Jobs[0].Total-queue.Jobs[0].Done)
		}
	}
	if err != nil {
		d.say("Whether %s works on a job now is not known, because Temporal does not answer (%v). Do not test it while it prints.", c.Name, err)
	}
	return nil
}

type printerRemoveCommand struct {
	place `embed:""`
	Name  string `arg:"" help:"The printer's name."`
}

// Run removes a printer.
func (c *printerRemoveCommand) Run(ctx context.Context, d *console) error {
	store, err := c.store(ctx, d)
	if err != nil {
		return err
	}
	if err := registry.Remove(ctx, store, c.Site, c.Name); err != nil {
		return err
	}
	d.say("Printer %s is no longer at site %s.", c.Name, c.Site)
	return nil
}
