package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/startertest"
	"github.com/despacho/despacho/gateway/door"
	"github.com/despacho/despacho/labels/natural"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/multivende/sandbox/paper"
	"github.com/despacho/despacho/partners"
)

// ownLabels are a courier's labels for an order, one for each parcel.
func ownLabels(o sandbox.ReportOrder) []paper.Label {
	return lo.Map(o.Parcels, func(p sandbox.ReportParcel, _ int) paper.Label {
		return paper.Label{Title: "Courier Sur", Sender: []string{"Bodega"}, Receiver: []string{"Destino"}, Tracking: p.Tracking, Code: p.Code}
	})
}

func zplOf(o sandbox.ReportOrder) []byte {
	return bytes.Join(lo.Map(ownLabels(o), func(l paper.Label, _ int) []byte { return paper.ZPL(l, false) }), []byte("\n"))
}

// put brings a file, and returns the status of the answer and what it says.
func (p partner) put(t *testing.T, order, key string, file []byte) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.address+"/v1/orders/"+order+"/label", bytes.NewReader(file))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+p.key)
	request.Header.Set("Idempotency-Key", key)
	request.Header.Set("Content-Type", "application/octet-stream")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, said
}

// TestLabelsOfOthersAreInThePile: a partner brings labels for orders of a web shop, by HTTP and by starter, and the next
// run has them among those of a marketplace, in the packer's order.
func TestLabelsOfOthersAreInThePile(t *testing.T) {
	t.Parallel()
	c := openCounter(t, "--orders", "120", "--speed", "300")
	_, key, err := partners.Book{Store: c.store, Now: time.Now}.Add(t.Context(), partners.Request{
		Name: "WMS", Merchants: []string{c.merchant}, Scopes: partners.Scopes(), Expires: time.Now().AddDate(0, 1, 0),
	})
	require.NoError(t, err)
	p := partner{"http://" + c.demo.gateway(t), key.Reveal(), newJudge(t)}
	require.NoError(t, client.TemporalIntakes{Client: c.temporal}.Begin(t.Context(), c.merchant))
	shops := map[string]sandbox.ReportOrder{}
	for _, order := range c.report(t).Orders {
		if order.Fate == sandbox.FateShop {
			shops[order.Channel] = order
		}
	}
	byPDF, byZPL, byStarter, without := shops["shopify"], shops["magento"], shops["prestashop"], shops["jumpseller"]
	c.becomes(t, contract.IntakeUnsupported, byPDF, byZPL, byStarter, without)

	c.bringThem(t, p, byPDF, byZPL, byStarter)
	p.seesPictures(t, byPDF, byZPL)
	refused, said := p.put(t, without.ID, "bad", []byte("not a label"))
	assert.Equal(t, http.StatusUnprocessableEntity, refused, "%s", said)

	request := c.request(t, "Ripley Chile")
	request.Connections = append(request.Connections, byPDF.Connection, byZPL.Connection, byStarter.Connection, without.Connection)
	request.Sort, request.Stock = "order", "4x6in"
	run := c.end(t, c.start(t, "with-own", request))
	rows := run.rows()
	for _, order := range []sandbox.ReportOrder{byPDF, byZPL, byStarter} {
		require.Equal(t, contract.Labelled, rows[order.ID].Outcome)
		assert.Equal(t, lo.Ternary(order.ID == byPDF.ID, "pdf", "zpl"), rows[order.ID].Labels[0].Format)
		assert.Empty(t, run.orders()[order.ID].Labels, "the hub was asked for none")
	}
	assert.NotContains(t, rows, without.ID, "a web shop's order without a label is no part of it")
	pile := lo.Filter(run.manifest.Rows, func(r contract.ManifestRow, _ int) bool { return r.Position != nil })
	require.Greater(t, len(pile), 5, "those of the marketplace are among them")
	for i := range pile[1:] {
		assert.LessOrEqual(t, natural.Compare(pile[i].OrderNumber, pile[i+1].OrderNumber), 0, "%s is before %s", pile[i].OrderNumber, pile[i+1].OrderNumber)
	}
	assert.Equal(t, 1, run.connection(t, "Tienda propia").Outcomes[contract.Labelled])

	again := c.end(t, c.start(t, "again", contract.LabelRunInput{Merchant: c.merchant, Connections: []string{byPDF.Connection, byZPL.Connection}}))
	assert.Zero(t, again.result.Requested, "they are published once: %v", again.result.Outcomes)
	c.namedAgain(t, byPDF, byZPL)
	taken, said := p.put(t, byPDF.ID, "other", zplOf(byPDF))
	assert.Equal(t, http.StatusConflict, taken, "%s", said)
}

// namedAgain names orders whose brought label is published: they were printed, and a reprint prints them again.
func (c counter) namedAgain(t *testing.T, published ...sandbox.ReportOrder) {
	t.Helper()
	for key, reprint := range map[string]bool{"named": false, "reprinted": true} {
		input := contract.LabelRunInput{Merchant: c.merchant, Reprint: reprint}
		for _, order := range published {
			input.Orders = append(input.Orders, contract.OrderReference{Order: order.ID})
		}
		run := c.end(t, c.start(t, key, input))
		for _, order := range published {
			row := run.rows()[order.ID]
			assert.Equal(t, lo.Ternary(reprint, contract.Labelled, contract.AlreadyPrinted), row.Outcome, "%s: %s", key, row.Reason.Words)
			assert.Len(t, row.Labels, lo.Ternary(reprint, 1, 0), key)
		}
	}
}

// bringThem brings the labels of three orders: a PDF and a ZPL by HTTP, a ZPL by starter.
func (c counter) bringThem(t *testing.T, p partner, byPDF, byZPL, byStarter sandbox.ReportOrder) {
	t.Helper()
	pdf, err := paper.PDF(paper.FourBySix, true, ownLabels(byPDF)...)
	require.NoError(t, err)
	for range 2 {
		for order, file := range map[string][]byte{byPDF.ID: pdf, byZPL.ID: zplOf(byZPL)} {
			var brought door.BroughtLabel
			status, said := p.put(t, order, "own-"+order, file)
			require.Equal(t, http.StatusOK, status, "%s", said)
			require.NoError(t, json.Unmarshal(said, &brought))
			assert.Equal(t, order, brought.ID)
			assert.Len(t, brought.Labels, 1)
		}
	}
	path := filepath.Join(t.TempDir(), "own.zpl")
	require.NoError(t, os.WriteFile(path, zplOf(byStarter), 0o600))
	assert.Contains(t, c.says(t, startertest.Complete, "labels", "add", byStarter.ID, path), "the next run prints it")
	c.becomes(t, contract.IntakeLabelled, byPDF, byZPL, byStarter)
}

// seesPictures has a label drawn by several who ask at once, and reads the barcode of each of its pages. One of ZPL is not drawn.
func (p partner) seesPictures(t *testing.T, byPDF, byZPL sandbox.ReportOrder) {
	t.Helper()
	for i, parcel := range byPDF.Parcels {
		path := fmt.Sprintf("/v1/orders/%s/label.png?page=%d", byPDF.ID, i+1)
		var askers errgroup.Group
		for range 5 {
			askers.Go(func() error {
				status, came := p.read(t, path)
				if status != http.StatusOK {
					return fmt.Errorf("%d: %s", status, came)
				}
				picture, err := png.Decode(bytes.NewReader(came))
				if err == nil && scan(t, picture) != parcel.Code {
					err = fmt.Errorf("page %d says %s, not %s", i+1, scan(t, picture), parcel.Code)
				}
				return err
			})
		}
		require.NoError(t, askers.Wait())
	}
	status, said := p.read(t, "/v1/orders/"+byZPL.ID+"/label.png")
	assert.Equal(t, http.StatusConflict, status)
	assert.Contains(t, string(said), "take label.zpl")
}

// read asks for a file, and returns the status of the answer and what came.
func (p partner) read(t *testing.T, path string) (int, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.address+path, http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+p.key)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	came, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, came
}
