package run

import (
	"context"
	"errors"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

type showCommand struct {
	runArgument
	Links bool `help:"Also print links to the files; anyone who has a link can use it for 15 minutes."`
	JSON  bool `name:"json" help:"Print the result as JSON on stdout."`
}

// Run shows where a run stands.
func (c *showCommand) Run(ctx context.Context, d desk) error {
	_, store, current, err := c.look(ctx, d)
	if err != nil {
		return err
	}
	var links []client.Link
	if c.Links {
		if links, err = client.Links(ctx, store, current.Result); err != nil {
			return expired(err)
		}
	}
	manifest, prints := d.readManifest(ctx, store, current.Result)
	if c.JSON {
		return d.showJSON(current.Result, prints, links)
	}
	if err := d.printResult(current.Result); err != nil {
		return err
	}
	if manifest != nil {
		if err := d.showManifest(*manifest, current.Result); err != nil {
			return err
		}
	}
	if prints != nil {
		if err := d.showPrints(*prints, current.Result); err != nil {
			return err
		}
	}
	d.showTakeOut(ctx, current.Result.Merchant, current.Result.Run)
	for i, link := range links {
		if i == 0 {
			d.print("\nlinks, valid for 15 minutes:")
		}
		d.print("%s\n  %s", link.Key, link.URL)
	}
	return endCode(current.Result)
}

func endCode(result contract.RunResult) error {
	if code := ExitCode(result); code != ExitComplete {
		return exitCode(code)
	}
	return nil
}

// shown is a run with what its result does not hold.
type shown struct {
	contract.RunResult
	Prints *contract.PrintCounts `json:"prints,omitempty"`
	Links  []client.Link         `json:"links,omitempty"`
}

func (d desk) showJSON(result contract.RunResult, prints *contract.PrintCounts, links []client.Link) error {
	result = client.FillIn(result)
	if err := d.printJSON(shown{result, prints, links}); err != nil {
		return err
	}
	return endCode(result)
}

// expired says that a file of a run is no longer there.
func expired(err error) error {
	if !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	return &Problem{Code: ExitNotFound, Message: err.Error(), Hint: "files of a run expire (180 days): start a new run with --reprint", Cause: err}
}
