package run

import (
	"context"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/starter/terminal"
)

// look finds the run that is named, in what it was found, and says where its
// figures come from when that is not where they usually do.
func (a runArgument) look(ctx context.Context, d desk) (client.Runs, client.Store, client.Current, error) {
	id, err := a.id(d.merchant)
	if err != nil {
		return nil, nil, client.Current{}, err
	}
	runs, store, err := d.backends(ctx)
	if err != nil {
		return nil, nil, client.Current{}, err
	}
	current, err := client.Look(ctx, runs, store, id)
	if note := terminal.SourceNote(current.Source); err == nil && note != "" {
		d.say("%s", note)
	}
	return runs, store, current, err
}
