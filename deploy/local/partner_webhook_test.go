package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samber/lo"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/gateway/door"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/station/api"
)

// ear is a partner's receiver: https with a certificate of its own, and the standard's library to check what comes.
type ear struct {
	url, certificate string

	mu    sync.Mutex
	judge *standardwebhooks.Webhook
	took  []heardMessage
	// tried counts the deliveries of each message.
	tried map[string]int
	wrong []string
}

type heardMessage struct {
	Type contract.WebhookEvent `json:"type"`
	Data struct {
		Batch  *hooks.Batch  `json:"batch"`
		Orders []hooks.Order `json:"orders"`
	} `json:"data"`
	id string
}

func openEar(t *testing.T, folder string) *ear {
	t.Helper()
	return serveEar(t, folder, nil)
}

// serveEar listens on this machine under a name, with a certificate that it adds to those in the folder.
func serveEar(t *testing.T, folder string, handler http.Handler) *ear {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	file, err := os.OpenFile(filepath.Join(folder, "receivers.pem"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	require.NoError(t, pem.Encode(file, &pem.Block{Type: "CERTIFICATE", Bytes: made}))
	require.NoError(t, file.Close())
	e := &ear{certificate: file.Name(), tried: map[string]int{}}
	if handler == nil {
		handler = e
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	require.NoError(t, err)
	e.url = "https://localhost:" + port + "/despacho"
	server := &http.Server{Handler: handler, TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{made}, PrivateKey: key}}}, ReadHeaderTimeout: 10 * time.Second}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.ServeTLS(listener, "", "") }()
	return e
}

// ServeHTTP takes what verifies; the first try to tell of a batch is not taken.
func (e *ear) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	e.mu.Lock()
	defer e.mu.Unlock()
	message := heardMessage{id: r.Header.Get("webhook-id")}
	if err == nil {
		err = e.judge.Verify(body, r.Header)
	}
	if err == nil {
		err = json.Unmarshal(body, &message)
	}
	if err == nil && len(body) > hooks.MostBytes {
		err = fmt.Errorf("%d bytes", len(body))
	}
	if err != nil {
		e.wrong = append(e.wrong, fmt.Sprintf("%s: %v", body, err))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	e.tried[message.id]++
	if message.Data.Batch != nil && e.tried[message.id] == 1 {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	e.took = append(e.took, message)
}

// deafEars are so many receivers on one server that never answer.
type deafEars struct {
	*ear
	open, most atomic.Int32
}

const deafCount = 5

func openDeafEars(t *testing.T, folder string) *deafEars {
	t.Helper()
	d := &deafEars{}
	over := make(chan struct{})
	d.ear = serveEar(t, folder, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for now, most := d.open.Add(1), d.most.Load(); now > most && !d.most.CompareAndSwap(most, now); most = d.most.Load() {
		}
		defer d.open.Add(-1)
		select {
		case <-r.Context().Done():
		case <-over:
		}
	}))
	t.Cleanup(func() { close(over) })
	return d
}

// taken are the messages of an event.
func (e *ear) taken(event contract.WebhookEvent) []heardMessage {
	e.mu.Lock()
	defer e.mu.Unlock()
	return lo.Filter(e.took, func(m heardMessage, _ int) bool { return m.Type == event })
}

// of are the orders of which an event was heard.
func (e *ear) of(event contract.WebhookEvent) []string {
	return lo.Uniq(lo.FlatMap(e.taken(event), func(m heardMessage, _ int) []string {
		return lo.Map(m.Data.Orders, func(o hooks.Order, _ int) string { return o.ID })
	}))
}

func (e *ear) batches(event contract.WebhookEvent) []hooks.Batch {
	return lo.Map(e.taken(event), func(m heardMessage, _ int) hooks.Batch { return *m.Data.Batch })
}

func (e *ear) hears(t *testing.T, event contract.WebhookEvent, order string) {
	t.Helper()
	eventually(t, string(event)+" of "+order, func() bool { return slices.Contains(e.of(event), order) })
}

// listen registers the ear for every event, under a key for what is done once.
func (p partner) listen(t *testing.T, e *ear, once string) door.Webhook {
	t.Helper()
	var made door.Webhook
	e.mu.Lock()
	defer e.mu.Unlock()
	p.ask(t, http.MethodPost, "/v1/webhooks", once, door.WebhookRequest{URL: e.url, Events: contract.WebhookEvents()}, &made)
	var err error
	e.judge, err = standardwebhooks.NewWebhook(made.Secret)
	require.NoError(t, err)
	return made
}

// replays has the delivery that told of the batch repeated, and hears it again under the same id.
func (p partner) replays(t *testing.T, e *ear, webhook door.Webhook) {
	t.Helper()
	first := e.taken(contract.BatchFailed)[0]
	var told door.Delivery
	cursor := ""
	for told.ID == "" {
		var page door.DeliveryList
		p.ask(t, http.MethodGet, "/v1/webhooks/"+webhook.ID+"/deliveries?limit=100&cursor="+cursor, "", nil, &page)
		told, _ = lo.Find(page.Deliveries, func(d door.Delivery) bool { return d.WebhookID == first.id })
		cursor = page.NextCursor
		require.True(t, told.ID != "" || cursor != "", "the delivery is listed")
	}
	assert.Equal(t, hooks.Delivered, told.State)
	assert.Equal(t, 2, told.Tries)
	var replayed door.Replayed
	p.ask(t, http.MethodPost, "/v1/webhooks/"+webhook.ID+"/replay", "replay", door.ReplayRequest{Deliveries: []string{told.ID}}, &replayed)
	eventually(t, "it comes again", func() bool { return len(e.taken(contract.BatchFailed)) == 2 })
	assert.Equal(t, first.id, e.taken(contract.BatchFailed)[1].id)
}

// control uses one of the sandbox's controls.
func (d desk) control(t *testing.T, env, path string, body any) {
	t.Helper()
	data, err := json.Marshal(body)
	require.NoError(t, err)
	answer, err := http.Post(readSettings(t, env)["DESPACHO_HUB"]+"/sandbox/"+path, "application/json", bytes.NewReader(data))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Less(t, answer.StatusCode, http.StatusBadRequest, path)
}

func (d desk) cancel(t *testing.T, env, order string) {
	t.Helper()
	d.control(t, env, "cancel/"+order, nil)
}

// sellUntilHeard has the hub sell orders until the ear hears of one: a new webhook is heard of within ten seconds.
func (d desk) sellUntilHeard(t *testing.T, env string, e *ear) string {
	t.Helper()
	known := lo.Map(d.report(t).Orders, func(o sandbox.ReportOrder, _ int) string { return o.ID })
	var sold []string
	heard := func() []string { return lo.Intersect(e.of(contract.OrderReceived), sold) }
	eventually(t, "order.received of an order that is sold", func() bool {
		d.control(t, env, "sales", map[string]any{"count": 1, "connection": "ripley", "life": "plain", "clock": "ours"})
		eventually(t, "it is sold", func() bool {
			all := lo.Map(d.report(t).Orders, func(o sandbox.ReportOrder, _ int) string { return o.ID })
			more := lo.Without(all, known...)
			grown := len(more) > len(sold)
			sold = more
			return grown
		})
		for range 100 {
			if len(heard()) > 0 {
				return true
			}
			time.Sleep(lookAgain)
		}
		return false
	})
	return heard()[0]
}

// printSmallestPile prints a pile of a run at the packing table, and says how many labels it has.
func (d desk) printSmallestPile(t *testing.T, run string) int {
	t.Helper()
	pairing := d.demo.await(t, `Packing table +(\S+)`)
	page, code, found := strings.Cut(pairing, "#")
	require.True(t, found)
	within, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	packer, err := sitDown(within, strings.TrimSuffix(page, "/pair"), code)
	require.NoError(t, err)
	piles, err := packer.awaitPiles(within, run, func(piles []api.Pile) bool { return len(piles) > 0 })
	require.NoError(t, err)
	pile := lo.MinBy(piles, func(one, least api.Pile) bool { return one.Labels < least.Labels })
	var job api.PrintOut
	require.NoError(t, packer.ask(within, http.MethodPost, "/api/print", api.PrintIn{
		ID: "print-" + rand.Text(), Printer: zebraName, Select: api.Select{Merchant: d.merchant, Run: run, Pile: pile.ID},
	}, &job))
	return job.Labels
}
