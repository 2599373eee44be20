package run

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const (
	tokenMerchant = "19a3f583-317c-54e4-baa7-fb0d10adb6cd"
	oneCheckout   = "0d6c7a52-9b1e-4f6e-8a63-1f2f1f0c9a11"
)

var thisMachine = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// fakeTemporal remembers the signals to Intakes.
type fakeTemporal struct {
	client.Client
	operatorservice.OperatorServiceClient
	// refuse, if set, is asked before a signal is taken.
	refuse     func(ctx context.Context, merchant string) error
	attributes map[string]enums.IndexedValueType

	mu      sync.Mutex
	signals []signal
}

type signal struct {
	workflowID string
	ids        []string
	options    client.StartWorkflowOptions
	input      contract.IntakeInput
}

func newFakeTemporal() *fakeTemporal { return &fakeTemporal{attributes: contract.SearchAttributes()} }

func (f *fakeTemporal) OperatorService() operatorservice.OperatorServiceClient { return f }

func (f *fakeTemporal) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest, ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: f.attributes}, nil
}

func (f *fakeTemporal) SignalWithStartWorkflow(ctx context.Context, workflowID, signalName string, argument any,
	options client.StartWorkflowOptions, workflow any, arguments ...any,
) (client.WorkflowRun, error) {
	if f.refuse != nil {
		if err := f.refuse(ctx, strings.TrimPrefix(workflowID, "intake/")); err != nil {
			return nil, err
		}
	}
	notifications, isNotifications := argument.(contract.Notifications)
	input, isInput := arguments[0].(contract.IntakeInput)
	if !isNotifications || !isInput || signalName != contract.NotificationsSignal || workflow != contract.IntakeType {
		return nil, fmt.Errorf("unexpected signal %s to %v", signalName, workflow)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.signals = append(f.signals, signal{workflowID, notifications.IDs, options, input})
	return nil, nil
}

func (f *fakeTemporal) taken() []signal {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]signal{}, f.signals...)
}

// ids are all ids that were signalled, in their order.
func (f *fakeTemporal) ids() (all []string) {
	for _, s := range f.taken() {
		all = append(all, s.ids...)
	}
	return all
}

// scene is a gateway that runs, heard from this machine.
type scene struct {
	temporal  *fakeTemporal
	server    *storagetest.Server
	store     *storage.Store
	addresses Addresses
	end       context.CancelFunc
	ended     chan error
}

func play(t testing.TB, change func(*Settings, *Options)) *scene {
	t.Helper()
	s := &scene{temporal: newFakeTemporal(), server: storagetest.NewServer(t), ended: make(chan error, 1)}
	s.store = s.server.Open(t, storage.Config{})
	_, err := s.store.EnsureBucket(t.Context())
	require.NoError(t, err)
	settings := DefaultSettings()
	settings.Listen, settings.Health, settings.Merchant = "127.0.0.1:0", "127.0.0.1:0", tokenMerchant
	ready := make(chan Addresses, 1)
	options := Options{
		Temporal: s.temporal, Store: s.store, Log: silent(), Sources: thisMachine,
		Ready: func(a Addresses) { ready <- a },
	}
	if change != nil {
		change(&settings, &options)
	}
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	go func() { s.ended <- Run(ctx, settings, options) }()
	t.Cleanup(end)
	select {
	case s.addresses = <-ready:
	case err := <-s.ended:
		require.NoError(t, err)
		t.Fatal("the gateway ended before it was ready")
	}
	return s
}

func (s *scene) stop(t testing.TB) {
	t.Helper()
	s.end()
	require.NoError(t, <-s.ended)
}

// connect makes a merchant one with an account.
func (s *scene) connect(t testing.TB, merchant string) {
	t.Helper()
	require.NoError(t, s.store.Put(t.Context(), storage.AccountCredentials(merchant), struct{}{}))
}

// answer is what came back.
type answer struct {
	status int
	words  string
	header http.Header
}

func (s *scene) post(t testing.TB, body string) answer {
	t.Helper()
	return s.request(t, http.MethodPost, Path, strings.NewReader(body))
}

func (s *scene) request(t testing.TB, method, path string, body io.Reader) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.addresses.Webhooks+path, body)
	require.NoError(t, err)
	return send(t, http.DefaultClient, request)
}

func send(t testing.TB, client *http.Client, request *http.Request) answer {
	t.Helper()
	came, err := client.Do(request)
	require.NoError(t, err)
	defer came.Body.Close()
	words, err := io.ReadAll(came.Body)
	require.NoError(t, err)
	return answer{came.StatusCode, strings.TrimSpace(string(words)), came.Header}
}

// health reads a page of the gateway's second listener.
func (s *scene) health(t testing.TB, path string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.addresses.Health+path, http.NoBody)
	require.NoError(t, err)
	return send(t, http.DefaultClient, request)
}

func notificationOf(merchant, checkout string) string {
	return fmt.Sprintf(`{"CheckoutId":%q,"MerchantId":%q,"resource":"checkouts","attemps":0,"received":"2026-11-21T10:00:00.000Z"}`, checkout, merchant)
}

// checkouts are ids that nobody else has.
func checkouts(count int) []string {
	ids := make([]string, count)
	for i := range ids {
		ids[i] = uuid.NewString()
	}
	return ids
}

func TestTheGatewayEndsInOrder(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	assert.Equal(t, http.StatusOK, s.health(t, "/readyz").status)
	assert.Equal(t, http.StatusOK, s.health(t, "/healthz").status)

	held, release := make(chan struct{}), make(chan struct{})
	s.temporal.refuse = func(context.Context, string) error {
		close(held)
		<-release
		return nil
	}
	came := make(chan answer, 1)
	go func() { came <- s.post(t, notificationOf(tokenMerchant, oneCheckout)) }()
	<-held
	s.end()
	close(release)
	assert.Equal(t, http.StatusOK, (<-came).status, "what is under way is answered")
	require.NoError(t, <-s.ended)
	assert.Equal(t, []string{"checkout/" + oneCheckout}, s.temporal.ids())
}

func TestTheGatewayRefusesToStartWithoutSearchAttributes(t *testing.T) {
	t.Parallel()
	settings := DefaultSettings()
	settings.Listen, settings.Health, settings.StartWait = "127.0.0.1:0", "127.0.0.1:0", 0
	err := Run(t.Context(), settings, Options{Temporal: &fakeTemporal{}, Store: storagetest.New(t), Log: silent()})
	require.ErrorContains(t, err, "starter setup")
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	settings := DefaultSettings()
	settings.Listen, settings.Health = s.addresses.Webhooks, "127.0.0.1:0"
	err := Run(t.Context(), settings, Options{Temporal: newFakeTemporal(), Store: s.store, Log: silent()})
	require.ErrorContains(t, err, "DESPACHO_GATEWAY_LISTEN")
}
