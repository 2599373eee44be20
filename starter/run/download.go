package run

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/starter/page"
)

type downloadCommand struct {
	runArgument
	To string `required:"" placeholder:"FOLDER" help:"Folder for the files, created if it is missing; only you can read them."`
}

// Run fetches the files of a run and writes the page that explains them.
func (c *downloadCommand) Run(ctx context.Context, d desk) error {
	_, store, current, err := c.look(ctx, d)
	if err != nil {
		return err
	}
	if current.Result.Manifest.JSON == "" {
		return &Problem{
			Code:    ExitNotFound,
			Message: fmt.Sprintf("run %s has no files: it is %s", current.Result.Run, current.Result.State),
			Hint:    "starter show " + current.WorkflowID,
		}
	}
	// What waits besides is good to know; the labels do not depend on it.
	pickUps, _ := intake.ListPickUps(ctx, store, current.Result.Merchant)
	fetched, err := page.Save(ctx, store, current.Result, c.To, pickUps...)
	for _, file := range fetched {
		d.print("%s\t%s", filepath.Join(c.To, file.Name), file.How)
	}
	return expired(err)
}
