package run

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/grpc"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/door"
	"github.com/despacho/despacho/station/people"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestMain(m *testing.M) {
	for _, name := range Variables() {
		_ = os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// fakeTemporal is there, and has nothing to do.
type fakeTemporal struct {
	client.Client
	operatorservice.OperatorServiceClient
	attributes map[string]enums.IndexedValueType
}

func newFakeTemporal() *fakeTemporal { return &fakeTemporal{attributes: contract.SearchAttributes()} }

func (f *fakeTemporal) OperatorService() operatorservice.OperatorServiceClient { return f }

func (f *fakeTemporal) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest, ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: f.attributes}, nil
}

func (f *fakeTemporal) ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	return &workflowservice.ListWorkflowExecutionsResponse{}, nil
}

func (f *fakeTemporal) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return nil, serviceerror.NewNotFound("no such workflow")
}

// scene is a station that runs.
type scene struct {
	store  *storage.Store
	people *people.Site
	at     Addresses
	end    context.CancelFunc
	ended  chan error
}

// newStore is a store in which more than the operators' document grants the station fails the test.
func newStore(t testing.TB) *storage.Store {
	t.Helper()
	server := storagetest.NewServer(t)
	_, err := server.Open(t, storage.Config{}).EnsureBucket(t.Context())
	require.NoError(t, err)
	return server.OpenGranted(t, storage.Config{}, "station")
}

func play(t testing.TB, change func(*Settings, *Options)) *scene {
	t.Helper()
	s := &scene{store: newStore(t), ended: make(chan error, 1)}
	settings := DefaultSettings()
	settings.Listen, settings.Health = "127.0.0.1:0", "127.0.0.1:0"
	ready := make(chan Addresses, 1)
	options := Options{Temporal: newFakeTemporal(), Store: s.store, Log: silent(), withoutPrinters: true, Ready: func(at Addresses) { ready <- at }}
	if change != nil {
		change(&settings, &options)
	}
	s.people = people.Open(s.store, settings.Site)
	ctx, end := context.WithCancel(context.Background())
	s.end = end
	go func() { s.ended <- Run(ctx, settings, options) }()
	t.Cleanup(end)
	select {
	case s.at = <-ready:
	case err := <-s.ended:
		require.NoError(t, err)
		t.Fatal("the station ended before it was ready")
	}
	return s
}

func (s *scene) stop(t testing.TB) {
	t.Helper()
	s.end()
	require.NoError(t, <-s.ended)
}

// browser is one device's browser.
type browser struct {
	client *http.Client
	base   string
	token  string
}

func (s *scene) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &browser{client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, base: s.at.URL}
}

// paired is a browser of a device that is paired.
func (s *scene) paired(t testing.TB) *browser {
	t.Helper()
	b := s.browser(t)
	code, err := s.people.NewCode(t.Context(), "", people.CodeLife)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, b.post(t, "/api/pair", api.PairIn{Code: code}).status)
	b.open(t)
	return b
}

// signed is a paired browser at which somebody works.
func (s *scene) signed(t testing.TB, name string) *browser {
	t.Helper()
	_, err := s.people.AddPerson(t.Context(), people.NewPerson{Name: name})
	require.NoError(t, err)
	b := s.paired(t)
	require.Equal(t, http.StatusOK, b.post(t, "/api/person", api.PersonIn{Name: name}).status)
	return b
}

var csrf = regexp.MustCompile(`name="csrf" content="([^"]+)"`)

// open opens the page and takes its token.
func (b *browser) open(t testing.TB) {
	t.Helper()
	page := b.get(t, "/")
	require.Equal(t, http.StatusOK, page.status, page.body)
	found := csrf.FindStringSubmatch(page.body)
	require.NotNil(t, found, page.body)
	b.token = found[1]
}

// answer is what came back.
type answer struct {
	status int
	body   string
	header http.Header
}

func (a answer) failure(t testing.TB) api.Failure {
	t.Helper()
	var failure api.Failure
	require.NoError(t, json.Unmarshal([]byte(a.body), &failure), a.body)
	return failure
}

func (b *browser) get(t testing.TB, path string) answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, nil, nil)
}

func (b *browser) post(t testing.TB, path string, value any) answer {
	t.Helper()
	return b.do(t, http.MethodPost, path, value, nil)
}

// do asks for something as the page does; change may spoil the request.
func (b *browser) do(t testing.TB, method, path string, value any, change func(*http.Request)) answer {
	t.Helper()
	var body io.Reader = http.NoBody
	if value != nil {
		content, err := json.Marshal(value)
		require.NoError(t, err)
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, b.base+path, body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set(door.TokenHeader, b.token)
	if change != nil {
		change(request)
	}
	came, err := b.client.Do(request)
	require.NoError(t, err)
	defer came.Body.Close()
	content, err := io.ReadAll(came.Body)
	require.NoError(t, err)
	return answer{came.StatusCode, strings.TrimSpace(string(content)), came.Header}
}

func TestADeviceIsPairedOnceAndStaysSo(t *testing.T) {
	t.Parallel()
	s := play(t, nil)
	b := s.browser(t)
	assert.Equal(t, http.StatusSeeOther, b.get(t, "/").status)
	code, err := s.people.NewCode(t.Context(), "Mesa 7", people.CodeLife)
	require.NoError(t, err)
	paired := b.post(t, "/api/pair", api.PairIn{Code: strings.ToLower(code[:4] + "-" + code[4:])})
	require.Equal(t, http.StatusOK, paired.status, paired.body)
	assert.Contains(t, paired.body, "Mesa 7")
	cookie := paired.header.Get("Set-Cookie")
	for _, word := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
		assert.Contains(t, cookie, word)
	}
	assert.NotContains(t, cookie, "Secure", "a browser keeps no such cookie of a plain page")
	b.open(t)
	assert.Equal(t, http.StatusForbidden, s.browser(t).post(t, "/api/pair", api.PairIn{Code: code}).status, "a code pairs one device")

	s.stop(t)
	other := play(t, func(_ *Settings, o *Options) { o.Store = s.store })
	jar := b.client.Jar
	b.base = other.at.URL
	b.client.Jar = jar
	b.open(t)
}
