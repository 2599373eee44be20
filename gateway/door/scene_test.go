package door

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/tink"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const merchant = "m-1"

// scene is a door with a key, over a label store and a Temporal in memory.
type scene struct {
	server   *storagetest.Server
	store    *storage.Store
	runs     *clienttest.Runs
	statuses *fakeStatuses
	intakes  *fakeIntakes
	labels   *fakeLabels
	drawer   *fakeDrawer
	book     partners.Book
	door     *Door
	key      string
	log      *bytes.Buffer
	// webhook is one of the first key's; woken are those that were woken.
	webhook string
	woken   []string

	cipher tink.AEAD

	mu  sync.Mutex
	now time.Time
}

func (s *scene) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// pass lets time pass.
func (s *scene) pass(span time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(span)
}

func play(t testing.TB) *scene {
	t.Helper()
	s := &scene{
		server: storagetest.NewServer(t), runs: clienttest.NewRuns(), statuses: &fakeStatuses{changes: map[string]contract.StatusChangeInput{}, results: map[string]contract.StatusResult{}},
		intakes: &fakeIntakes{}, labels: &fakeLabels{answer: contract.BroughtLabel{DeliveryOrder: "d1", Outcome: contract.BroughtStored}}, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), log: &bytes.Buffer{},
	}
	s.store = s.server.Open(t, storage.Config{})
	s.drawer = &fakeDrawer{store: s.store}
	_, err := s.store.EnsureBucket(t.Context())
	require.NoError(t, err)
	s.book = partners.Book{Store: s.store, Now: s.time}
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	require.NoError(t, hooks.EnsureSealing(t.Context(), s.store, keys.Cipher()))
	s.cipher = keys.Cipher()
	s.key = s.addKey(t, partners.Scopes(), merchant)
	s.open(nil)
	return s
}

// open opens a door as a gateway that has just started.
func (s *scene) open(change func(*Options)) {
	options := Options{
		Keys: partners.NewDirectory(s.book), Store: s.store, Runs: s.runs, Statuses: s.statuses, Intakes: s.intakes, Labels: s.labels, Drawer: s.drawer,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: s.time,
		Wake: func(_ context.Context, merchant, webhook string) error {
			s.woken = append(s.woken, merchant+"~"+webhook)
			return nil
		},
	}
	if change != nil {
		change(&options)
	}
	s.door = New(options)
}

func (s *scene) addKey(t testing.TB, scopes []partners.Scope, merchants ...string) string {
	t.Helper()
	_, key, err := s.book.Add(t.Context(), partners.Request{Name: "WMS", Merchants: merchants, Scopes: scopes, Expires: s.time().AddDate(1, 0, 0)})
	require.NoError(t, err)
	return key.Reveal()
}

// got is what came back.
type got struct {
	Status int
	Header http.Header
	Body   []byte
}

func (g got) problem(t testing.TB) Problem {
	t.Helper()
	require.Equal(t, "application/problem+json", g.Header.Get("Content-Type"), string(g.Body))
	var p Problem
	require.NoError(t, json.Unmarshal(g.Body, &p), string(g.Body))
	return p
}

func decoded[T any](t testing.TB, g got) (value T) {
	t.Helper()
	require.Less(t, g.Status, 300, string(g.Body))
	require.NoError(t, json.Unmarshal(g.Body, &value), string(g.Body))
	return value
}

// ask sends a request; headers are pairs of name and value and may take away the key with an empty Authorization.
func (s *scene) ask(method, path string, body any, headers ...string) got {
	var sent io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		sent = bytes.NewReader([]byte(b))
	default:
		data, _ := json.Marshal(b)
		sent = bytes.NewReader(data)
	}
	r := httptest.NewRequestWithContext(context.Background(), method, path, sent)
	r.Header.Set("Authorization", "Bearer "+s.key)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.door.ServeHTTP(w, r)
	return got{w.Code, w.Result().Header, w.Body.Bytes()}
}

func (s *scene) get(path string, headers ...string) got {
	return s.ask(http.MethodGet, path, nil, headers...)
}

func (s *scene) post(path, key string, body any) got {
	return s.ask(http.MethodPost, path, body, "Idempotency-Key", key)
}

// fakeStatuses are status changes in memory.
type fakeStatuses struct {
	mu      sync.Mutex
	started int
	broken  error
	changes map[string]contract.StatusChangeInput
	results map[string]contract.StatusResult
}

func (f *fakeStatuses) Start(_ context.Context, id string, input contract.StatusChangeInput) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return f.broken
	}
	if _, there := f.changes[id]; there {
		return client.ErrRunExists
	}
	f.changes[id] = input
	f.started++
	return nil
}

func (f *fakeStatuses) Request(_ context.Context, id string) (contract.StatusChangeInput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	input, there := f.changes[id]
	if !there {
		return input, client.ErrNoRun
	}
	return input, nil
}

func (f *fakeStatuses) Open(_ context.Context, id string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, there := f.changes[id]; !there {
		return false, client.ErrNoRun
	}
	_, over := f.results[id]
	return !over, nil
}

func (f *fakeStatuses) Progress(_ context.Context, id string) (contract.StatusResult, error) {
	return contract.StatusResult{State: contract.RunCompleted, To: "shipped"}, nil // it is just closing
}

func (f *fakeStatuses) Wait(_ context.Context, id string) (contract.StatusResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.results[id], nil
}

// fakeIntakes take confirmations.
type fakeIntakes struct {
	client.Intakes
	mu        sync.Mutex
	broken    error
	confirmed []string
}

func (f *fakeIntakes) Confirm(_ context.Context, merchant string, request contract.ConfirmRequest) (contract.ConfirmedOrders, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return contract.ConfirmedOrders{}, f.broken
	}
	answer := contract.ConfirmedOrders{Queued: len(request.Orders)}
	for _, order := range request.Orders {
		f.confirmed = append(f.confirmed, merchant+" "+order)
		answer.Orders = append(answer.Orders, contract.ConfirmedOrder{Order: order, DeliveryOrder: "d-" + order, Outcome: contract.ConfirmAccepted})
	}
	return answer, nil
}
