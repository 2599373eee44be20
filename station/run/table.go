package run

import (
	"context"
	"slices"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/labels/raster"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/desk"
)

// setTable makes the picture that the page shows, and who answers the page.
func (p *process) setTable(ctx context.Context, engine *raster.Engine) error {
	merchants, err := p.merchants(ctx)
	if err != nil {
		return err
	}
	held := queues{client.TemporalPrinters{Client: p.servers.Temporal}, &p.controls}
	p.board = board.New(board.Settings{
		Site: p.settings.Site, Merchants: merchants, FindMerchants: p.merchants, Runs: client.TemporalRuns{Client: p.servers.Temporal},
		Store: p.servers.Store, Queues: held, Log: p.log,
	})
	p.desk = desk.New(desk.Settings{
		Site: p.settings.Site, Board: p.board, Store: p.servers.Store, Printers: held, Preview: engine, Log: p.log,
	})
	return nil
}

// merchants are those whose runs are shown: those of the settings, else all that are connected.
func (p *process) merchants(ctx context.Context) ([]board.Merchant, error) {
	ids := slices.Clone(p.settings.Merchants)
	if len(ids) == 0 {
		connected, err := (&accounts.Vault{Store: p.servers.Store}).Merchants(ctx)
		if err != nil {
			return nil, err
		}
		ids = connected
		if p.settings.Merchant != "" {
			ids = append(ids, p.settings.Merchant)
		}
	}
	slices.Sort(ids)
	var merchants []board.Merchant
	for _, id := range slices.Compact(ids) {
		merchants = append(merchants, board.Merchant{ID: id})
	}
	return merchants, nil
}
