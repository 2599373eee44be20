package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/gateway/door"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/partners"
)

// partner has a key and an address, and nothing else.
type partner struct {
	address, key string
	judge        judge
}

// ask sends a request and reads its answer into value. While a server is away or a worker is late, as one is on a busy
// machine, it asks again under the same key, as the document says.
func (p partner) ask(t *testing.T, method, path, idempotencyKey string, body, value any) *http.Response {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
	response, answer := p.send(t, method, path, idempotencyKey, data)
	if response.StatusCode == http.StatusServiceUnavailable {
		require.Eventually(t, func() bool {
			response, answer = p.send(t, method, path, idempotencyKey, data)
			return response.StatusCode != http.StatusServiceUnavailable
		}, patience, time.Second, "%s %s is answered", method, path)
	}
	require.Less(t, response.StatusCode, 300, "%s %s: %s", method, path, answer)
	require.NoError(t, json.Unmarshal(answer, value), string(answer))
	return response
}

// send sends a request once, and holds it and its answer against the document.
func (p partner) send(t *testing.T, method, path, idempotencyKey string, data []byte) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.address+path, bytes.NewReader(data))
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+p.key)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", idempotencyKey)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	p.judge.accepts(t, request, data, response, answer)
	return response, answer
}

// gateway is where the program's gateway listens, host:port.
func (d *demo) gateway(t *testing.T) string {
	t.Helper()
	return d.await(t, `Webhooks +http://(\S+?)/`)
}

// TestAPartnerWithOnlyAKey orders labels for 100 orders, hears of their end by a webhook, fetches the files, reports what
// was shipped, prints, and is told of orders that come and are cancelled.
func TestAPartnerWithOnlyAKey(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	env := filepath.Join(folder, "settings")
	ear, deaf := openEar(t, folder), openDeafEars(t, folder)
	demo := startDemoIn(t, []string{"SSL_CERT_FILE=" + ear.certificate}, filepath.Join(folder, "data"), "--stock", "as-is", "--orders", "150", "--no-run", "--env", env)
	desk, address := openDesk(t, demo, env), demo.gateway(t)
	nobody, err := http.Get("http://" + address + "/v1/docs")
	require.NoError(t, err)
	require.NoError(t, nobody.Body.Close())
	assert.Equal(t, http.StatusNotFound, nobody.StatusCode, "without keys there is no door")

	_, key, err := partners.Book{Store: desk.store, Now: time.Now}.Add(t.Context(), partners.Request{
		Name: "WMS", Merchants: []string{desk.merchant}, Scopes: partners.Scopes(), Expires: time.Now().AddDate(0, 1, 0),
	})
	require.NoError(t, err)
	p := partner{"http://" + address, key.Reveal(), newJudge(t)}
	eventually(t, "the door opens", func() bool {
		docs, err := http.Get(p.address + "/v1/docs")
		if err != nil {
			return false
		}
		defer docs.Body.Close()
		return docs.StatusCode == http.StatusOK
	})
	for i := range deafCount {
		p.listen(t, deaf.ear, fmt.Sprintf("deaf %d", i))
	}
	webhook := p.listen(t, ear, "hook")
	sold := desk.sellUntilHeard(t, env, ear)

	labelable := lo.Filter(desk.report(t).Orders, func(o sandbox.ReportOrder, _ int) bool {
		return o.Fate == sandbox.FateLabelable && o.ID != sold
	})
	require.GreaterOrEqual(t, len(labelable), 100)
	batch := p.orderLabels(t, ear, labelable[:100])
	p.reportShipped(t, ear, p.labelled(t, batch))
	p.fails(t, ear)

	printed := desk.printSmallestPile(t, "pick-1")
	eventually(t, "label.printed of a pile", func() bool {
		once := lo.UniqBy(ear.taken(contract.LabelPrinted), func(m heardMessage) string { return m.id }) // a message may come again
		return printed == lo.SumBy(once, func(m heardMessage) int { return len(m.Data.Orders) })
	})

	desk.cancel(t, env, sold)
	ear.hears(t, contract.OrderCancelled, sold)
	published, found := lo.Find(labelable[:100], func(o sandbox.ReportOrder) bool { return o.Channel == "ripley" })
	require.True(t, found)
	desk.cancel(t, env, published.ID)
	ear.hears(t, contract.LabelTakeOut, published.ID)
	ear.hears(t, contract.OrderCancelled, published.ID)
	assert.NotContains(t, ear.of(contract.LabelTakeOut), sold, "it had no label")
	p.replays(t, ear, webhook)
	assert.GreaterOrEqual(t, int(deaf.most.Load()), deafCount, "those that never answer hang side by side (a try that the worker has given up may still hang beside the next), and held up nobody")
	counted := exported(t, demo.metricsPages(t)...)
	for _, outcome := range []hooks.State{hooks.Delivered, hooks.Retrying} {
		assert.Positive(t, counted["despacho_partner_webhook_tries_total"].max(map[string]string{"outcome": string(outcome)}), outcome)
	}
	assert.NotEmpty(t, counted["despacho_partner_webhook_seconds_bucket"])
	ear.mu.Lock()
	defer ear.mu.Unlock()
	assert.Empty(t, ear.wrong)
}

// orderLabels orders labels as one batch, whose end it hears of by the webhook alone, and fetches the files.
func (p partner) orderLabels(t *testing.T, ear *ear, orders []sandbox.ReportOrder) (location string) {
	t.Helper()
	request := door.BatchRequest{ExternalBatchID: "pick-1", Stock: "4x6in", Orders: lo.Map(orders, func(o sandbox.ReportOrder, _ int) door.OrderName { return door.OrderName{Order: o.ID} })}
	var batch, again door.Batch
	location = p.ask(t, http.MethodPost, "/v1/batches", "pick-1", request, &batch).Header.Get("Location")
	p.ask(t, http.MethodPost, "/v1/batches", "pick-1", request, &again)
	assert.Equal(t, batch, again)
	eventually(t, "batch.completed", func() bool { return len(ear.batches(contract.BatchCompleted)) > 0 })
	assert.Equal(t, batch.ID, ear.batches(contract.BatchCompleted)[0].ID)
	eventually(t, "the batch is over", func() bool {
		p.ask(t, http.MethodGet, location, "", nil, &batch)
		return batch.Status == door.BatchCompleted || batch.Status == door.BatchWithErrors
	})
	assert.Equal(t, 100, batch.Requested)
	assert.Equal(t, map[string]int{"labelled": 100}, batch.Counts)
	for _, order := range orders {
		ear.hears(t, contract.LabelReady, order.ID)
	}
	eventually(t, "status.verified of what the run reported", func() bool { return len(ear.of(contract.StatusVerified)) > 0 })

	var files door.BatchFiles
	p.ask(t, http.MethodGet, location+"/files", "", nil, &files)
	labels := 0
	for _, file := range files.Files {
		if file.Kind == "labels" {
			labels += file.Labels
			assert.Equal(t, file.SHA256, digestAt(t, file.URL), file.Name)
		}
	}
	assert.Equal(t, 100, labels)

	var single door.Batch
	waited := p.ask(t, http.MethodPost, "/v1/batches?wait=30s", "single", door.BatchRequest{ExternalBatchID: "single", Orders: request.Orders[:1], Reprint: true}, &single)
	if waited.StatusCode == http.StatusOK {
		assert.NotEmpty(t, single.Files)
	}
	return location
}

func (p partner) labelled(t *testing.T, location string) []door.BatchOrder {
	t.Helper()
	var orders door.BatchOrders
	p.ask(t, http.MethodGet, location+"/orders?outcome=labelled&limit=500", "", nil, &orders)
	require.Len(t, orders.Orders, 100)
	return orders.Orders
}

// reportShipped reports orders as shipped with tracking: of channels that take that, and one of a channel that does not.
func (p partner) reportShipped(t *testing.T, ear *ear, orders []door.BatchOrder) {
	t.Helper()
	var rows []door.StatusRow
	for _, order := range orders {
		if order.Channel == "dafiti" || order.Channel == "liverpool" {
			rows = append(rows, door.StatusRow{Order: order.ID, TrackingNumber: "T-" + order.ID[:8], TrackingURL: "https://tracking.example.com/" + order.ID})
		}
	}
	require.NotEmpty(t, rows)
	full, found := lo.Find(orders, func(o door.BatchOrder) bool { return o.Channel == "mercadolibre" })
	require.True(t, found)
	rows = append(rows, door.StatusRow{Order: full.ID})
	var change door.StatusChange
	truck := p.ask(t, http.MethodPost, "/v1/status-changes", "truck-1", door.StatusRequest{To: "shipped", Rows: rows}, &change).Header.Get("Location")
	eventually(t, "the status change is over", func() bool {
		p.ask(t, http.MethodGet, truck+"?limit=500", "", nil, &change)
		return change.State == "completed"
	})
	assert.Len(t, change.Rows, len(rows))
	assert.Positive(t, change.Counts["synced"], "%v", change.Counts)
	for _, row := range change.Rows {
		event := contract.StatusFailed
		if row.Outcome == "synced" || row.Outcome == "not_needed" {
			event = contract.StatusVerified
		}
		ear.hears(t, event, row.ID)
	}
	assert.Contains(t, ear.of(contract.StatusFailed), full.ID, "a channel's own couriers report for themselves")
}

// fails orders a batch that cannot be.
func (p partner) fails(t *testing.T, ear *ear) {
	t.Helper()
	var batch door.Batch
	p.ask(t, http.MethodPost, "/v1/batches", "too-many", door.BatchRequest{ExternalBatchID: "too-many", Max: 1}, &batch)
	eventually(t, "batch.failed", func() bool { return len(ear.batches(contract.BatchFailed)) > 0 })
	assert.Equal(t, batch.ID, ear.batches(contract.BatchFailed)[0].ID)
}

func digestAt(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	require.NoError(t, err)
	defer response.Body.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, response.Body)
	require.NoError(t, err)
	return hex.EncodeToString(sum.Sum(nil))
}
