package run

import (
	"context"
	"io"
	"strings"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/terminal"
)

type labelsAddCommand struct {
	Order string `arg:"" help:"The order: delivery order id, sale's id, the marketplace's number, or the parcel's code."`
	File  string `arg:"" help:"The label's file, PDF or ZPL, at most 10 MiB."`
	JSON  bool   `name:"json" help:"Print the answer as JSON on stdout."`
}

// Run has a label checked by a worker and stored as that of the order.
func (c *labelsAddCommand) Run(ctx context.Context, d desk) error {
	merchant, err := d.someMerchant()
	if err != nil {
		return err
	}
	file, err := readLabel(c.File)
	if err != nil {
		return usageProblem("give a PDF or ZPL file of at most 10 MiB", "%s: %v", c.File, err)
	}
	store, err := d.Objects(ctx, d.bucket)
	if err != nil {
		return &Problem{Code: ExitUsage, Message: err.Error(), Hint: "check AWS_* and DESPACHO_BUCKET", Cause: err}
	}
	intake, err := d.LabelIntake(ctx)
	if err != nil {
		return err
	}
	brought, err := client.BringLabel(ctx, intake, store, merchant, c.Order, file)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := d.printJSON(brought); err != nil {
			return err
		}
	}
	if brought.Outcome != contract.BroughtStored {
		hint := strings.Join(brought.Orders, ", ")
		return &Problem{Code: ExitIncomplete, Message: terminal.Plain(c.Order) + ": " + terminal.Plain(brought.Reason.Words), Hint: hint}
	}
	if c.JSON {
		return nil
	}
	d.print("%s: the label of %s is in the store; the next run prints it", terminal.Plain(c.File), terminal.Plain(brought.DeliveryOrder))
	for _, label := range brought.Labels {
		for _, note := range label.Notes {
			d.print("  %s", terminal.Plain(note))
		}
	}
	return nil
}

// readLabel reads a file, no more than a label may have.
func readLabel(path string) ([]byte, error) {
	file, err := openLabelFile(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.NewSectionReader(file, 0, min(file.Size(), contract.BroughtLabelLimit+1)))
}
