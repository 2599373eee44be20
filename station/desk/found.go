package desk

import (
	"context"
	"net/http"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/storage"
)

func (d *Desk) found(w http.ResponseWriter, r *http.Request) {
	var in api.FoundIn
	if err := readJSON(w, r, &in); err != nil {
		d.refuse(w, r, err)
		return
	}
	out, err := d.recordFound(r.Context(), in)
	d.answer(w, r, out, err)
}

// recordFound records who has the parcel of a cancelled order in hand. Whoever said so first stays.
func (d *Desk) recordFound(ctx context.Context, in api.FoundIn) (api.TakeOut, error) {
	if err := checkID(in.ID); err != nil {
		return api.TakeOut{}, err
	}
	order, cancelled := d.Board.Cancelled(in.Merchant, in.Order)
	if !cancelled {
		return order, fail(http.StatusNotFound, wordNotCancelled, nil)
	}
	who := identityOf(ctx)
	found := contract.FoundRecord{
		Merchant: in.Merchant, Order: in.Order, Person: who.Person, Site: d.Site, Station: who.Device, At: d.Now().UTC(),
	}
	if _, err := d.Store.PutOnce(ctx, storage.TakeOutFound(in.Merchant, in.Order), &found); err != nil {
		return order, fail(http.StatusServiceUnavailable, wordStore, err)
	}
	d.Board.Found(in.Merchant, in.Order)
	order.FoundBy, order.FoundAt = found.Person, found.At
	return order, nil
}
