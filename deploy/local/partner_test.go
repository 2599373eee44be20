package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/gateway/door"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/partners"
)

// partner has a key and an address, and nothing else.
type partner struct {
	address, key string
	judge        judge
}

// ask sends a request and reads its answer into value.
func (p partner) ask(t *testing.T, method, path, idempotencyKey string, body, value any) *http.Response {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
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
	require.Less(t, response.StatusCode, 300, "%s %s: %s", method, path, answer)
	p.judge.accepts(t, request, data, response, answer)
	require.NoError(t, json.Unmarshal(answer, value), string(answer))
	return response
}

// freeAddress is an address of this machine on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// TestAPartnerWithOnlyAKey orders labels for 100 orders, sees them end, fetches the files, and reports what was shipped.
func TestAPartnerWithOnlyAKey(t *testing.T) {
	t.Parallel()
	folder, address := t.TempDir(), freeAddress(t)
	env := filepath.Join(folder, "settings")
	desk := openDesk(t, startDemo(t, filepath.Join(folder, "data"), "--no-run", "--env", env, "--gateway", address), env)
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

	labelable := lo.Filter(desk.report(t).Orders, func(o sandbox.ReportOrder, _ int) bool { return o.Fate == sandbox.FateLabelable })
	require.GreaterOrEqual(t, len(labelable), 100)
	request := door.BatchRequest{ExternalBatchID: "pick-1", Stock: "4x6in", Orders: lo.Map(labelable[:100], func(o sandbox.ReportOrder, _ int) door.OrderName { return door.OrderName{Order: o.ID} })}
	var batch, again door.Batch
	location := p.ask(t, http.MethodPost, "/v1/batches", "pick-1", request, &batch).Header.Get("Location")
	p.ask(t, http.MethodPost, "/v1/batches", "pick-1", request, &again)
	assert.Equal(t, batch, again)
	eventually(t, "the batch is over", func() bool {
		p.ask(t, http.MethodGet, location, "", nil, &batch)
		return batch.Status == door.BatchCompleted || batch.Status == door.BatchWithErrors
	})
	assert.Equal(t, 100, batch.Requested)
	assert.Equal(t, map[string]int{"labelled": 100}, batch.Counts)

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

	var orders door.BatchOrders
	p.ask(t, http.MethodGet, location+"/orders?outcome=labelled&limit=500", "", nil, &orders)
	require.Len(t, orders.Orders, 100)
	var rows []door.StatusRow
	for _, order := range orders.Orders {
		if order.Channel == "dafiti" || order.Channel == "liverpool" {
			rows = append(rows, door.StatusRow{Order: order.ID, TrackingNumber: "T-" + order.ID[:8], TrackingURL: "https://tracking.example.com/" + order.ID})
		}
	}
	require.NotEmpty(t, rows)
	var change door.StatusChange
	truck := p.ask(t, http.MethodPost, "/v1/status-changes", "truck-1", door.StatusRequest{To: "shipped", Rows: rows}, &change).Header.Get("Location")
	eventually(t, "the status change is over", func() bool {
		p.ask(t, http.MethodGet, truck+"?limit=500", "", nil, &change)
		return change.State == "completed"
	})
	assert.Len(t, change.Rows, len(rows))
	assert.Positive(t, change.Counts["synced"], "%v", change.Counts)

	var single door.Batch
	waited := p.ask(t, http.MethodPost, "/v1/batches?wait=30s", "single", door.BatchRequest{ExternalBatchID: "single", Orders: request.Orders[:1], Reprint: true}, &single)
	if waited.StatusCode == http.StatusOK {
		assert.NotEmpty(t, single.Files)
	}
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
