package door

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/sync/singleflight"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/wording"
)

func (d *Door) batchDetailRoutes(api huma.API) {
	huma.Register(api, operation(http.MethodGet, "/v1/batches/{id}/orders", partners.Runs, huma.Operation{
		OperationID: "list-batch-orders", Summary: "How each order of a batch ended",
		Description: "Every order with its outcome and why, in the order of the pile. It is empty until the batch is over.", Errors: []int{http.StatusGone},
	}), d.listBatchOrders)
	huma.Register(api, operation(http.MethodGet, "/v1/batches/{id}/files", partners.Runs, huma.Operation{
		OperationID: "get-batch-files", Summary: "The files of a batch", Description: "Links of 15 minutes. Give them to nobody who may not read the labels.", Errors: []int{http.StatusGone},
	}), d.getFiles)
}

// BatchOrder is how an order of a batch ended.
type BatchOrder struct {
	Position       *int   `json:"position" doc:"Its place in the pile, from 1; null when it is not in the files."`
	ID             string `json:"delivery_order_id"`
	Code           string `json:"delivery_order_code,omitempty"`
	Number         string `json:"order_number,omitempty" doc:"The marketplace's number."`
	Connection     string `json:"connection_id,omitempty"`
	ConnectionName string `json:"connection_name,omitempty"`
	Channel        string `json:"channel,omitempty"`
	TrackingNumber string `json:"tracking_number,omitempty"`
	Courier        string `json:"courier,omitempty"`
	Outcome        string `json:"outcome"`
	OutcomeWords   string `json:"outcome_words" doc:"The outcome in the language asked for."`
	Reason
	Status string `json:"status,omitempty" doc:"How the status that it had to report stands on its channel."`
	Labels int    `json:"labels" doc:"How many labels it has in the files."`
}

// BatchOrders is a page of the orders of a batch.
type BatchOrders struct {
	Status     BatchStatus  `json:"status" enum:"open,queued,processing,completed,completed_with_errors,archived,invalid"`
	Orders     []BatchOrder `json:"orders" maxItems:"500"`
	NextCursor string       `json:"next_cursor,omitempty" doc:"Where the next page begins; absent on the last one."`
}

type batchOrdersInput struct {
	ID       string `path:"id" maxLength:"140" doc:"The batch's id."`
	Outcome  string `query:"outcome" maxLength:"40" doc:"Only orders that ended so." enum:"labelled,already_printed,held_back,not_ready,cancelled,unsupported,status_not_synced,rejected,unknown_order,corrupt_label,not_authorised,gave_up"`
	Cursor   string `query:"cursor" maxLength:"2048" doc:"next_cursor of the page before."`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" doc:"How many at most; 100 unless set otherwise."`
	Language string `header:"Accept-Language" doc:"The language of the words: es, pt or en."`
}

type batchOrdersOutput struct{ Body BatchOrders }

func (d *Door) listBatchOrders(ctx context.Context, in *batchOrdersInput) (*batchOrdersOutput, error) {
	current, err := d.findBatch(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	language := languageOf(in.Language)
	out := &batchOrdersOutput{Body: BatchOrders{Status: viewBatch(current, language).Status, Orders: []BatchOrder{}}}
	list := fmt.Sprintf("orders of %s %s", in.ID, in.Outcome)
	var next int
	if err := readCursor(in.Cursor, list, &next); err != nil {
		return nil, err
	}
	if current.Open || current.Result.Manifest.JSON == "" {
		return out, nil
	}
	manifest, err := d.manifests.read(ctx, current.Result)
	if err != nil {
		return nil, d.refuse(ctx, err, CodeNoBatch)
	}
	for at := max(next, 0); at < len(manifest.Rows); at++ {
		row := manifest.Rows[at]
		if in.Outcome != "" && string(row.Outcome) != in.Outcome {
			continue
		}
		if len(out.Body.Orders) == pageSize(in.Limit) {
			out.Body.NextCursor, err = writeCursor(list, at)
			return out, err
		}
		out.Body.Orders = append(out.Body.Orders, viewBatchOrder(row, language))
	}
	return out, nil
}

func viewBatchOrder(row contract.ManifestRow, language wording.Language) BatchOrder {
	return BatchOrder{
		Position: row.Position, ID: row.ID, Code: row.Code, Number: row.OrderNumber, Connection: row.ConnectionID, ConnectionName: row.ConnectionName,
		Channel: row.Channel, TrackingNumber: row.TrackingNumber, Courier: row.Courier, Outcome: string(row.Outcome),
		OutcomeWords: wording.OfOutcome(row.Outcome, language).Name, Reason: sayReason(row.Reason, language), Status: string(row.Status), Labels: len(row.ToPrint()),
	}
}

// mostManifests is how many manifests are kept in memory: one of 10,000 orders takes some 20 MB.
const mostManifests = 4

// manifests are those that were read last. A published manifest never changes.
type manifests struct {
	store *storage.Store
	reads singleflight.Group
	mu    sync.Mutex
	kept  []keptManifest
}

type keptManifest struct {
	key      string
	manifest contract.Manifest
}

func newManifests(store *storage.Store) *manifests { return &manifests{store: store} }

func (m *manifests) read(ctx context.Context, result contract.RunResult) (contract.Manifest, error) {
	key := result.Manifest.JSON
	if kept, there := m.find(key); there {
		return kept, nil
	}
	found, err, _ := m.reads.Do(key, func() (any, error) {
		manifest, err := client.ReadManifest(context.WithoutCancel(ctx), m.store, result)
		if err == nil {
			m.keep(key, manifest)
		}
		return manifest, err
	})
	manifest, ok := found.(contract.Manifest)
	if !ok && err == nil {
		err = errors.New("a manifest is none")
	}
	return manifest, err
}

func (m *manifests) find(key string) (contract.Manifest, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, one := range m.kept {
		if one.key == key {
			return one.manifest, true
		}
	}
	return contract.Manifest{}, false
}

func (m *manifests) keep(key string, manifest contract.Manifest) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = append([]keptManifest{{key, manifest}}, m.kept[:min(len(m.kept), mostManifests-1)]...)
}
