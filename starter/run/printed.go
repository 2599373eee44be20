package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/contract/manifestcsv"
	"github.com/despacho/despacho/starter/terminal"
	"github.com/despacho/despacho/storage"
)

type printedCommand struct {
	Of      string `name:"run" placeholder:"KEY" help:"All prints of the labels of this run."`
	Order   string `placeholder:"ID" help:"All prints of this delivery order's labels."`
	Day     string `placeholder:"YYYY-MM-DD" help:"Only that day, in this computer's time zone."`
	Since   Span   `default:"7d" placeholder:"SPAN" help:"How far back, without --day; default 7d. Prints of a run or an order are found however old they are."`
	Printer string `placeholder:"NAME" help:"Only prints of this printer."`
	Person  string `placeholder:"NAME" help:"Only what this person printed."`
	CSV     string `name:"csv" placeholder:"FILE" help:"Write CSV into this file, - for stdout."`
	JSON    bool   `name:"json" help:"Print JSON on stdout."`
}

// Run says who printed what, when, where and why.
func (c *printedCommand) Run(ctx context.Context, d desk) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	if c.JSON && c.CSV == "-" {
		return usageProblem("choose one of them", "--json and --csv - both write to stdout")
	}
	query, err := c.query(merchant, d.Now())
	if err != nil {
		return err
	}
	vault, err := d.vault(ctx, nil)
	if err != nil {
		return err
	}
	prints, err := client.ListPrints(ctx, vault.Store, query)
	if errors.Is(err, storage.ErrNotFound) && c.Of != "" {
		return &Problem{Code: ExitNotFound, Message: fmt.Sprintf("run %s of merchant %s has no manifest", c.Of, merchant), Hint: "starter show " + c.Of, Cause: err}
	}
	if err != nil {
		return err
	}
	if c.CSV != "" {
		if err := c.writeCSV(d, merchant, prints); err != nil {
			return err
		}
	}
	switch {
	case c.JSON:
		return d.printJSON(prints)
	case c.CSV != "":
		return nil
	}
	return d.printPrints(prints)
}

// query is what the flags ask for.
func (c *printedCommand) query(merchant string, now time.Time) (client.PrintQuery, error) {
	query := client.PrintQuery{
		Merchant: merchant, Run: c.Of, Order: c.Order, Printer: c.Printer, Person: c.Person,
		From: now.Add(-time.Duration(c.Since)), To: now.Add(time.Minute),
	}
	if c.Day == "" {
		return query, nil
	}
	begin, err := time.ParseInLocation(time.DateOnly, c.Day, time.Local)
	if err != nil {
		return query, usageProblem("write it as 2026-11-29", "--day %q is not a day", c.Day)
	}
	query.From, query.To = begin, begin.AddDate(0, 0, 1)
	return query, nil
}

// printColumns are the columns of the CSV; new ones go to the end.
var printColumns = []string{
	"printed_at", "changed_at", "merchant", "delivery_order_id", "order_number", "label", "run", "position", "state", "reason", "reason_code",
	"again", "text", "person", "settled_by", "site", "printer", "station", "job", "sha256",
}

func (c *printedCommand) writeCSV(d desk, merchant string, prints []contract.PrintEvent) error {
	write := func(w io.Writer) error {
		if err := manifestcsv.WriteRecord(w, printColumns); err != nil {
			return err
		}
		for _, p := range prints {
			if err := manifestcsv.WriteRecord(w, printRecord(merchant, p)); err != nil {
				return err
			}
		}
		return nil
	}
	if c.CSV == "-" {
		return write(d.Out)
	}
	if _, err := client.WriteFile(c.CSV, write); err != nil {
		return err
	}
	d.say("%s written to %s", terminal.Count(len(prints), "print"), c.CSV)
	return nil
}

func printRecord(merchant string, p contract.PrintEvent) []string {
	return []string{
		csvMoment(p.ClaimedAt), csvMoment(p.ChangedAt), merchant, p.Order, p.OrderNumber, strconv.Itoa(p.Label), p.Run, strconv.Itoa(p.Position),
		string(p.State), p.Words, string(p.Code), string(p.Again), p.Text, p.Person, p.SettledBy, p.Site, p.Printer, p.Station, p.Job, p.SHA256,
	}
}

func csvMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func (d desk) printPrints(prints []contract.PrintEvent) error {
	if len(prints) == 0 {
		d.print("nothing was printed")
		return nil
	}
	out := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	terminal.WriteCells(out, "when", "order", "label", "state", "printer", "person", "again", "run", "reason")
	for _, p := range prints {
		again := strings.Join(lo.Compact([]string{string(p.Again), p.Text}), ": ")
		reason := p.Words
		if p.SettledBy != "" {
			reason = strings.Join(lo.Compact([]string{"settled by " + p.SettledBy, reason}), "; ")
		}
		terminal.WriteCells(out, terminal.MomentWords(client.WhenPrinted(p)), terminal.Plain(lo.CoalesceOrEmpty(p.OrderNumber, p.Order)), strconv.Itoa(p.Label), string(p.State),
			terminal.Plain(p.Printer), terminal.Plain(p.Person), terminal.Plain(again), terminal.Plain(p.Run), terminal.Plain(reason))
	}
	return out.Flush()
}
