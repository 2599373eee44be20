package run

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/workflows"
)

// patientServer is a Temporal server that a doctor looks at.
type patientServer struct {
	client.Client
	operatorservice.OperatorServiceClient

	attributes map[string]enums.IndexedValueType
	retention  time.Duration
	pollers    map[string][]string // by task queue: identities
	lastPoll   time.Time
	open       map[string]bool
	started    []client.StartWorkflowOptions
	fair       bool
	terminated int
	handedOut  int
	runs       []*workflowpb.WorkflowExecutionInfo
}

// patientFrontend is the part of it that has calls of the same names.
type patientFrontend struct {
	workflowservice.WorkflowServiceClient
	server *patientServer
}

func (p *patientServer) Close()                                                 {}
func (p *patientServer) OperatorService() operatorservice.OperatorServiceClient { return p }
func (p *patientServer) WorkflowService() workflowservice.WorkflowServiceClient {
	return patientFrontend{server: p}
}

func (p *patientServer) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest, ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: p.attributes}, nil
}

func (p patientFrontend) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest, ...grpc.CallOption) (*workflowservice.DescribeNamespaceResponse, error) {
	return &workflowservice.DescribeNamespaceResponse{Config: &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(p.server.retention)}}, nil
}

func (p *patientServer) DescribeTaskQueue(_ context.Context, name string, _ enums.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	answer := &workflowservice.DescribeTaskQueueResponse{}
	for _, identity := range p.pollers[name] {
		answer.Pollers = append(answer.Pollers, &taskqueue.PollerInfo{Identity: identity, LastAccessTime: timestamppb.New(p.lastPoll)})
	}
	return answer, nil
}

func (p *patientServer) DescribeWorkflowExecution(_ context.Context, id, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	if !p.open[id] {
		return nil, serviceerror.NewNotFound("none")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{
		WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{Status: enums.WORKFLOW_EXECUTION_STATUS_RUNNING},
	}, nil
}

func (p *patientServer) ListWorkflow(context.Context, *workflowservice.ListWorkflowExecutionsRequest) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	return &workflowservice.ListWorkflowExecutionsResponse{Executions: p.runs}, nil
}

func (p *patientServer) ExecuteWorkflow(_ context.Context, options client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	p.started = append(p.started, options)
	return nil, nil
}

func (p *patientServer) TerminateWorkflow(context.Context, string, string, string, ...any) error {
	p.terminated++
	return nil
}

// PollWorkflowTaskQueue gives the quiet merchant's workflow second where the server is fair, else last.
func (p patientFrontend) PollWorkflowTaskQueue(context.Context, *workflowservice.PollWorkflowTaskQueueRequest, ...grpc.CallOption) (*workflowservice.PollWorkflowTaskQueueResponse, error) {
	order := p.server.started
	if p.server.fair {
		last := len(order) - 1
		order = append([]client.StartWorkflowOptions{order[0], order[last]}, order[1:last]...)
	}
	p.server.handedOut++
	return &workflowservice.PollWorkflowTaskQueueResponse{WorkflowExecution: executionOf(order[p.server.handedOut-1].ID)}, nil
}

// clinic is a despacho in which nothing is wrong, until a test breaks something.
type clinic struct {
	hub       *sandbox.Hub
	address   string
	token     string
	merchant  string
	temporal  *patientServer
	server    *storagetest.Server
	store     *storage.Store
	arguments []string
}

func newClinic(t *testing.T) *clinic {
	t.Helper()
	hub, err := sandbox.New(sandbox.Options{Seed: 3, Orders: 20, Token: "sandbox-token"})
	require.NoError(t, err)
	listener := httptest.NewServer(hub)
	t.Cleanup(listener.Close)
	server := storagetest.NewServer(t)
	server.OfferExpiry()
	c := &clinic{
		hub: hub, address: listener.URL, token: "sandbox-token", merchant: hub.Merchant(), server: server, store: server.Open(t, storage.Config{}),
		temporal: &patientServer{
			attributes: workflows.SearchAttributes(), retention: 30 * day, lastPoll: time.Now(), open: map[string]bool{},
			pollers: map[string][]string{workflows.TaskQueue: {"worker-1"}, workflows.FilesTaskQueue: {"worker-1"}},
		},
	}
	_, err = c.store.EnsureBucket(t.Context())
	require.NoError(t, err)
	return c
}

// connect makes the merchant one with an account.
func (c *clinic) connect(t *testing.T, change func(*multivende.Grant)) {
	t.Helper()
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	grant := multivende.Grant{
		Merchant: c.merchant, Token: multivende.Secret(c.token), RefreshToken: "rt-1", At: time.Now(),
		ExpiresAt: time.Now().Add(5*time.Hour + 30*time.Second), RefreshExpiresAt: time.Now().Add(47 * time.Hour), Scopes: multivende.Scopes{},
	}
	for _, scope := range accounts.Needed {
		grant.Scopes[scope] = multivende.Granted{All: true}
	}
	if change != nil {
		change(&grant)
	}
	vault := &accounts.Vault{Store: c.store, Keys: keys}
	_, _, err = vault.Connect(t.Context(), grant, time.Now())
	require.NoError(t, err)
	written, err := keys.JSON()
	require.NoError(t, err)
	c.token = ""
	c.arguments = append(c.arguments, "--accounts-key", written.Reveal())
	c.temporal.open[workflows.CredentialsID(c.merchant)], c.temporal.open[workflows.IntakeID(c.merchant)] = true, true
}

// visit calls the doctor and returns what was found by check.
func (c *clinic) visit(t *testing.T, arguments ...string) (code int, found map[string]finding) {
	t.Helper()
	var out, errors bytes.Buffer
	program := Program{
		Out: &out, Err: &errors,
		Objects:  func(context.Context, string) (*storage.Store, error) { return c.store, nil },
		Temporal: func(context.Context) (client.Client, string, error) { return c.temporal, "packers", nil },
	}
	line := append([]string{"--merchant", c.merchant, "doctor", "--json", "--hub", c.address, "--token", c.token}, c.arguments...)
	code = program.Main(t.Context(), append(line, arguments...))
	var report struct {
		OK     bool      `json:"ok"`
		Checks []finding `json:"checks"`
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &report), "%s", errors.String())
	assert.Equal(t, report.OK, code == ExitComplete)
	assert.NotContains(t, out.String(), "sandbox-token")
	found = map[string]finding{}
	for _, f := range report.Checks {
		found[f.Check] = f
		assert.NotEmpty(t, f.Found)
	}
	return code, found
}

func TestADoctorFindsNothing(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*clinic){
		"with a pasted token":       func(*clinic) {},
		"with a connected merchant": func(c *clinic) { c.connect(t, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			prepare(c)
			code, found := c.visit(t)
			assert.Equal(t, ExitComplete, code)
			for _, check := range []string{
				"S3", "S3 conditional writes", "S3 expiry", "merchant's settings", "Temporal", "search attributes",
				"fairness", "worker", "rate share", "hub", "token", "scopes", "clock",
			} {
				assert.Equal(t, stateOK, found[check].State, "%s: %s", check, found[check].Found)
			}
		})
	}
}

func TestADoctorSaysWhatToDo(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		spoil func(t *testing.T, c *clinic)
		check string
		state state
		found string
		do    string
	}{
		"no worker":                     {func(_ *testing.T, c *clinic) { c.temporal.pollers = nil }, "worker", stateFail, "steps on files", "start the worker"},
		"a worker that has gone":        {func(_ *testing.T, c *clinic) { c.temporal.lastPoll = time.Now().Add(-3 * time.Minute) }, "worker", stateFail, "workflows", "start the worker"},
		"more workers than told":        {func(_ *testing.T, c *clinic) { c.temporal.pollers[workflows.TaskQueue] = []string{"a", "b", "b"} }, "rate share", stateWarn, "2 workers", "DESPACHO_WORKERS=2"},
		"fewer workers than told":       {func(_ *testing.T, c *clinic) { c.arguments = []string{"--workers=3"} }, "rate share", stateWarn, "not used", "DESPACHO_WORKERS=1"},
		"missing search attributes":     {func(_ *testing.T, c *clinic) { c.temporal.attributes = nil }, "search attributes", stateFail, "DespachoRun", "starter setup"},
		"a namespace that soon forgets": {func(_ *testing.T, c *clinic) { c.temporal.retention = time.Hour }, "Temporal", stateWarn, "1h", "retention"},
		"a token that the hub refuses":  {func(_ *testing.T, c *clinic) { c.token = "another" }, "token", stateFail, "does not accept the token", "DESPACHO_TOKEN_FILE"},
		"no token":                      {func(_ *testing.T, c *clinic) { c.token = "" }, "token", stateFail, "not connected", "starter connect"},
		"a hub that is not there":       {func(_ *testing.T, c *clinic) { c.address = "http://127.0.0.1:1" }, "hub", stateFail, "cannot be reached", "DESPACHO_HUB"},
		"a merchant of another token":   {func(_ *testing.T, c *clinic) { c.merchant = "another" }, "token", stateFail, "not another's", "DESPACHO_MERCHANT"},
		"a bucket that is not there": {func(t *testing.T, c *clinic) {
			c.store = c.server.Open(t, storage.Config{Bucket: "missing"})
		}, "S3", stateFail, "bucket is missing", "DESPACHO_BUCKET"},
		"expiry rules that are missing": {func(t *testing.T, c *clinic) {
			c.server = storagetest.NewServer(t)
			c.store = c.server.Open(t, storage.Config{})
			_, err := c.store.EnsureBucket(t.Context())
			require.NoError(t, err)
			c.server.OfferExpiry()
		}, "S3 expiry", stateWarn, "labels", "starter setup"},
		"a merchant that is paused": {func(t *testing.T, c *clinic) {
			_, err := accounts.ChangeSettings(t.Context(), c.store, c.merchant, func(s *accounts.Settings) error { s.Paused = true; return nil })
			require.NoError(t, err)
		}, "merchant's settings", stateWarn, "paused", "starter resume"},
		"a token that ends soon": {func(t *testing.T, c *clinic) {
			c.connect(t, func(g *multivende.Grant) { g.ExpiresAt = time.Now().Add(10 * time.Minute) })
		}, "token", stateWarn, "10m", "credentials/"},
		"a pasted token that says when it ends": {func(_ *testing.T, c *clinic) {
			c.token = "x." + base64.RawURLEncoding.EncodeToString([]byte(`{"expiresAt":"2020-01-01T00:00:00Z"}`)) + ".y"
			c.address = forgiving(t, c.hub, c.token)
		}, "token", stateWarn, "only", "DESPACHO_TOKEN_FILE"},
		"a scope that was not granted": {func(t *testing.T, c *clinic) {
			c.connect(t, func(g *multivende.Grant) { delete(g.Scopes, "write:checkouts") })
		}, "scopes", stateFail, "write:checkouts", "Generar código de autorización"},
		"scopes for one connection only": {func(t *testing.T, c *clinic) {
			c.connect(t, func(g *multivende.Grant) { g.Scopes["write:checkouts"] = multivende.Granted{IDs: []string{"x"}} })
		}, "scopes", stateWarn, "left out", "grant"},
		"an account without its keys": {func(t *testing.T, c *clinic) {
			c.connect(t, nil)
			c.arguments = nil
		}, "account", stateFail, "keys", "DESPACHO_ACCOUNTS_KEY_FILE"},
		"a renewal that is not open": {func(t *testing.T, c *clinic) {
			c.connect(t, nil)
			c.temporal.open = map[string]bool{}
		}, "token's renewal", stateWarn, "credentials/", "starter connect"},
		"several merchants": {func(t *testing.T, c *clinic) {
			require.NoError(t, c.store.Put(t.Context(), storage.AccountCredentials("m2"), 1))
			require.NoError(t, c.store.Put(t.Context(), storage.AccountCredentials("m3"), 1))
			require.NoError(t, c.store.Put(t.Context(), storage.AccountSettings("m4"), 1))
		}, "fairness", stateWarn, "2 merchants", "matching.enableFairness"},
		"unfairness":           {func(_ *testing.T, c *clinic) { c.arguments = []string{"--probe-fairness"} }, "fairness", stateFail, "waits", "matching.enableFairness"},
		"a clock that is fast": {func(_ *testing.T, c *clinic) { c.arguments = []string{"--hub-speed=60"} }, "clock", stateWarn, "60 times", "sandbox"},
	}
	for name, one := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClinic(t)
			one.spoil(t, c)
			code, found := c.visit(t)
			assert.Equal(t, one.state, found[one.check].State)
			assert.Contains(t, found[one.check].Found, one.found)
			assert.Contains(t, found[one.check].Do, one.do)
			if one.state == stateFail {
				assert.Equal(t, ExitIncomplete, code)
			} else {
				assert.Equal(t, ExitComplete, code, found)
			}
		})
	}
}

// forgiving is a way to the hub on which another token is taken.
func forgiving(t *testing.T, hub http.Handler, token string) string {
	t.Helper()
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token {
			r.Header.Set("Authorization", "Bearer sandbox-token")
		}
		hub.ServeHTTP(w, r)
	}))
	t.Cleanup(listener.Close)
	return listener.URL
}

func TestADoctorTriesWhetherTemporalIsFair(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	c.temporal.fair = true
	code, found := c.visit(t, "--probe-fairness")
	assert.Equal(t, ExitComplete, code)
	assert.Equal(t, stateOK, found["fairness"].State)
	assert.Equal(t, len(c.temporal.started), c.temporal.terminated, "nothing stays open")
	for _, options := range c.temporal.started {
		assert.LessOrEqual(t, len(options.Priority.FairnessKey), 64)
	}
}

func TestADoctorLooksAtTheCallback(t *testing.T) {
	t.Parallel()
	status := http.StatusForbidden
	callback := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(callback.Close)
	look := func(address string, now time.Time, trust bool) map[string]finding {
		command := &doctorCommand{Callback: address}
		if trust {
			command.trusted = x509Pool(callback)
		}
		e := &examination{command: command, now: func() time.Time { return now }}
		e.examineCallback(t.Context(), desk{})
		found := map[string]finding{}
		for _, f := range e.findings {
			found[f.Check] = f
		}
		return found
	}
	ends := callback.Certificate().NotAfter
	good := look(callback.URL+gatewayPath, time.Now(), true)
	assert.Equal(t, stateOK, good["callback certificate"].State)
	assert.Equal(t, stateOK, good["callback"].State)
	assert.Equal(t, stateFail, look(callback.URL+gatewayPath, time.Now(), false)["callback certificate"].State, "nobody vouches for it")
	soon := look(callback.URL+gatewayPath, ends.Add(-3*day), true)["callback certificate"]
	assert.Equal(t, stateWarn, soon.State)
	assert.Contains(t, soon.Found, "3 days left")
	assert.Equal(t, stateFail, look(strings.Replace(callback.URL, "https", "http", 1), time.Now(), true)["callback"].State)
	status = http.StatusOK
	assert.Equal(t, stateWarn, look(callback.URL+gatewayPath, time.Now(), true)["callback"].State, "whoever answers a stranger is no gateway")
}

func TestABundleTellsTheHubsSupport(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	order := someOrder(t, c)
	require.NoError(t, c.store.Put(t.Context(), storage.ManifestJSON(c.merchant, "k1"), books.Manifest{Rows: []books.Row{
		{ID: order.ID, Outcome: books.Rejected, Reason: "E063", Status: books.StatusRefused, Channel: "fcom"}, {ID: "another", Outcome: books.Labelled},
	}}))
	require.NoError(t, c.store.Put(t.Context(), storage.IntakeOrder(c.merchant, order.ID), map[string]string{"heard": "webhook"}))
	c.temporal.runs = []*workflowpb.WorkflowExecutionInfo{{Execution: executionOf(workflows.RunID(c.merchant, "k1"))}}
	out := filepath.Join(t.TempDir(), "order.json")
	code, found := c.visit(t, "--bundle", order.ID, "--out", out)
	require.Equal(t, ExitComplete, code, found)
	content, err := os.ReadFile(out)
	require.NoError(t, err)
	var b bundle
	require.NoError(t, json.Unmarshal(content, &b))
	assert.Equal(t, order.ID, b.Order)
	require.NotEmpty(t, b.DeliveryOrders)
	assert.Equal(t, order.ID, b.DeliveryOrders[0].ID)
	assert.Equal(t, order.StatusCode, b.DeliveryOrders[0].DeliveryOrderStatus)
	require.Len(t, b.Checkouts, 1)
	assert.Contains(t, b.Checkouts[0].DeliveryOrderIDs, order.ID)
	assert.JSONEq(t, `{"heard":"webhook"}`, string(b.Intake))
	require.Len(t, b.Runs, 1)
	assert.Equal(t, books.Rejected, b.Runs[workflows.RunID(c.merchant, "k1")+" "+order.ID].Outcome)
	assert.NotEmpty(t, b.Calls)
	assert.NotEmpty(t, b.Checks)
	assert.False(t, b.HubTime.IsZero())
	for _, hidden := range []string{"sandbox-token", "http://127.0.0.1:1/", "address", "phone", "receiver", "taxId", "@"} {
		assert.NotContains(t, string(content), hidden)
	}

	code, _ = c.visit(t, "--bundle", b.Checkouts[0].ID, "--out", out)
	assert.Equal(t, ExitComplete, code, "a sale's id does as well")
	content, err = os.ReadFile(out)
	require.NoError(t, err)
	assert.Contains(t, string(content), order.ID)
}

func x509Pool(server *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	return pool
}

func executionOf(id string) *common.WorkflowExecution {
	return &common.WorkflowExecution{WorkflowId: id}
}

// someOrder is a delivery order of the sandbox.
func someOrder(t *testing.T, c *clinic) multivende.DeliveryOrder {
	t.Helper()
	hub, err := multivende.New(multivende.Config{BaseURL: c.address, Merchant: c.merchant, Token: multivende.StaticToken(c.token), RequestsPerSecond: 1000})
	require.NoError(t, err)
	var sales []multivende.CheckoutLight
	require.NoError(t, hub.CheckoutsLight(t.Context(), multivende.CheckoutsLightQuery{}, func(page []multivende.CheckoutLight) error {
		sales = append(sales, page...)
		return nil
	}))
	for _, light := range sales {
		sale, err := hub.Checkout(t.Context(), light.ID)
		require.NoError(t, err)
		if len(sale.DeliveryOrders) > 0 {
			order, err := hub.DeliveryOrder(t.Context(), sale.DeliveryOrders[0].ID)
			require.NoError(t, err)
			return order
		}
	}
	t.Fatal("the sandbox has no order")
	return multivende.DeliveryOrder{}
}
