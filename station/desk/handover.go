package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/handover"
	"github.com/despacho/despacho/storage"
)

// handOvers lists the hand-over sheets of all merchants, open and closed.
func (d *Desk) handOvers(w http.ResponseWriter, r *http.Request) {
	list := []api.HandOver{}
	for _, merchant := range d.Board.InView() {
		sheets, err := d.sheets.List(r.Context(), merchant.ID)
		if err != nil {
			d.refuse(w, r, fail(http.StatusServiceUnavailable, wordStore, err))
			return
		}
		list = append(list, lo.Map(sheets, func(s handover.Sheet, _ int) api.HandOver { return d.showHandOver(s) })...)
	}
	writeJSON(w, http.StatusOK, list)
}

// closeHandOver closes a courier's sheet, once for the same id.
func (d *Desk) closeHandOver(w http.ResponseWriter, r *http.Request) {
	var in api.CloseIn
	if err := readJSON(w, r, &in); err != nil {
		d.refuse(w, r, err)
		return
	}
	sheet, err := d.recordHandOver(r.Context(), in)
	d.answer(w, r, d.showHandOver(sheet), err)
}

func (d *Desk) recordHandOver(ctx context.Context, in api.CloseIn) (handover.Sheet, error) {
	if err := checkID(in.ID); err != nil {
		return handover.Sheet{}, err
	}
	if _, known := d.merchant(in.Merchant); !known {
		return handover.Sheet{}, fail(http.StatusNotFound, wordNoSheet, nil)
	}
	who := identityOf(ctx)
	sheet, err := d.sheets.Close(ctx, handover.Closing{Request: in.ID, Merchant: in.Merchant, Courier: in.Courier, Person: who.Person, Station: who.Device})
	switch {
	case errors.Is(err, handover.ErrNothing):
		return sheet, fail(http.StatusConflict, wordNoParcel, err)
	case errors.Is(err, handover.ErrOtherRequest):
		return sheet, fail(http.StatusConflict, wordScanTwice, err)
	case err != nil:
		return sheet, fail(http.StatusServiceUnavailable, wordStore, err)
	}
	return sheet, nil
}

// handOverPDF answers a sheet to print: in Spanish, with the reader's language beside it.
func (d *Desk) handOverPDF(w http.ResponseWriter, r *http.Request) {
	id, isPDF := strings.CutSuffix(r.PathValue("file"), ".pdf")
	merchant, known := d.merchant(r.PathValue("merchant"))
	if !isPDF || !known {
		d.refuse(w, r, fail(http.StatusNotFound, wordNoSheet, nil))
		return
	}
	sheet, err := d.sheets.Find(r.Context(), merchant.ID, id)
	if errors.Is(err, storage.ErrNotFound) {
		d.refuse(w, r, fail(http.StatusNotFound, wordNoSheet, err))
		return
	}
	if err != nil {
		d.refuse(w, r, fail(http.StatusServiceUnavailable, wordStore, err))
		return
	}
	paper := d.paperOf(sheet, merchant)
	paper.Language = string(identityOf(r.Context()).Language)
	var out bytes.Buffer
	if err := lists.HandOverPDF(&out, paper); err != nil {
		d.refuse(w, r, err)
		return
	}
	name := fmt.Sprintf("entrega-%s.pdf", id)
	w.Header().Set("Content-Type", contentTypes[".pdf"])
	w.Header().Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
	w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private, no-store")
	_, _ = w.Write(out.Bytes())
}

func (d *Desk) merchant(id string) (board.Merchant, bool) {
	return lo.Find(d.Board.InView(), func(m board.Merchant) bool { return m.ID == id })
}

func (d *Desk) showHandOver(s handover.Sheet) api.HandOver {
	return api.HandOver{
		ID: s.ID(), Merchant: s.Merchant, Courier: s.Courier, Channel: s.Channel, Parcels: len(s.Parcels), ClosedAt: s.ClosedAt, ClosedBy: s.ClosedBy,
		Controls: lo.Map(s.Controls, func(c handover.Control, _ int) string { return d.controlRoute(s.Merchant, c) }),
	}
}

// controlRoute is the route that answers a control file, while its run is in view; else its key.
func (d *Desk) controlRoute(merchant string, control handover.Control) string {
	if result, there := d.Board.Result(merchant, control.Run); there {
		for i, file := range client.Files(result) {
			if file.Key == control.Key {
				return fmt.Sprintf("/api/files/%s/%s/%d", merchant, control.Run, i+1)
			}
		}
	}
	return control.Key
}

func (d *Desk) paperOf(s handover.Sheet, merchant board.Merchant) lists.HandOver {
	paper := lists.HandOver{
		Courier: s.Courier, Channel: channelName(s.Channel), Site: s.Site, Merchant: lo.CoalesceOrEmpty(merchant.Name, merchant.ID), ClosedBy: s.ClosedBy,
		Made: d.Now().In(time.Local),
	}
	if s.Courier == s.Channel {
		paper.Courier = ""
	}
	if s.Number > 0 {
		paper.Title, paper.Made = strconv.Itoa(s.Number), s.ClosedAt.In(time.Local)
	}
	paper.Parcels = lo.Map(s.Parcels, func(p handover.Parcel, _ int) lists.Parcel {
		line := lists.Parcel{Number: p.Number, Shop: p.Shop, Code: lo.CoalesceOrEmpty(p.Tracking, p.Number)}
		if p.Labels > 1 {
			line.Part = fmt.Sprintf("%d/%d", p.Label, p.Labels)
		}
		return line
	})
	paper.Controls = lo.Map(s.Controls, func(c handover.Control, _ int) string {
		return fmt.Sprintf("%s · %s · %d pedidos, %d pág.", channelName(c.Channel), c.Run, c.Orders, c.Pages)
	})
	return paper
}

func channelName(slug string) string {
	if slug == "" {
		return ""
	}
	return channels.BySlug(slug).Name
}
