package run

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/deployment/v1"
	"go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// patientServer is a Temporal server that a doctor looks at.
type patientServer struct {
	sdk.Client
	operatorservice.OperatorServiceClient

	attributes map[string]enums.IndexedValueType
	retention  time.Duration
	pollers    map[string][]string // by task queue: identities
	lastPoll   time.Time
	versions   map[string]*deployment.WorkerDeploymentOptions // by identity of a poller
	current    string                                         // current build of the deployment despacho
	open       map[string]bool
	started    []sdk.StartWorkflowOptions
	fair       bool
	stuck      bool // started workflows never reach their task queue
	queued     int
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
		answer.Pollers = append(answer.Pollers, &taskqueue.PollerInfo{Identity: identity, LastAccessTime: timestamppb.New(p.lastPoll), DeploymentOptions: p.versions[identity]})
	}
	return answer, nil
}

func (p patientFrontend) DescribeWorkerDeployment(_ context.Context, asked *workflowservice.DescribeWorkerDeploymentRequest, _ ...grpc.CallOption) (*workflowservice.DescribeWorkerDeploymentResponse, error) {
	if p.server.versions == nil || asked.GetNamespace() != "packers" || asked.GetDeploymentName() != "despacho" {
		return nil, serviceerror.NewNotFound("none")
	}
	info := &deployment.WorkerDeploymentInfo{RoutingConfig: &deployment.RoutingConfig{}}
	if p.server.current != "" {
		info.RoutingConfig.CurrentDeploymentVersion = &deployment.WorkerDeploymentVersion{DeploymentName: "despacho", BuildId: p.server.current}
	}
	return &workflowservice.DescribeWorkerDeploymentResponse{WorkerDeploymentInfo: info}, nil
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

func (p *patientServer) ExecuteWorkflow(_ context.Context, options sdk.StartWorkflowOptions, _ any, _ ...any) (sdk.WorkflowRun, error) {
	p.started = append(p.started, options)
	return nil, nil
}

func (p *patientServer) TerminateWorkflow(context.Context, string, string, string, ...any) error {
	p.terminated++
	return nil
}

// DescribeTaskQueue knows of one started workflow more at each look, unless the server is stuck: a server queues them
// when it gets round to it.
func (p patientFrontend) DescribeTaskQueue(context.Context, *workflowservice.DescribeTaskQueueRequest, ...grpc.CallOption) (*workflowservice.DescribeTaskQueueResponse, error) {
	if missing := len(p.server.started) - p.server.queued; missing > 0 && !p.server.stuck {
		p.server.queued += (missing + 1) / 2
	}
	return &workflowservice.DescribeTaskQueueResponse{Stats: &taskqueue.TaskQueueStats{ApproximateBacklogCount: int64(p.server.queued)}}, nil
}

// PollWorkflowTaskQueue gives the quiet merchants' workflows second where the server is fair, but for those of a
// partition that is asked late; else they are last. What is not queued yet cannot be given.
func (p patientFrontend) PollWorkflowTaskQueue(context.Context, *workflowservice.PollWorkflowTaskQueueRequest, ...grpc.CallOption) (*workflowservice.PollWorkflowTaskQueueResponse, error) {
	const inLatePartition = 6
	order := p.server.started[:p.server.queued]
	if p.server.fair && len(order) > loudWorkflows+inLatePartition {
		loud, quiet := order[:loudWorkflows], order[loudWorkflows:len(order)-inLatePartition]
		order = slices.Concat(loud[:1], quiet, loud[1:], order[len(order)-inLatePartition:])
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
			attributes: contract.SearchAttributes(), retention: 30 * day, lastPoll: time.Now(), open: map[string]bool{},
			pollers: map[string][]string{contract.TaskQueue: {"worker-1"}, contract.FilesTaskQueue: {"worker-1"}},
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
	for _, scope := range accounts.NeededScopes {
		grant.Scopes[scope] = multivende.GrantedConnections{All: true}
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
	c.arguments = append(c.arguments, "--accounts-key-file", secretIn(t, written.Reveal()))
	c.temporal.open[contract.CredentialsID(c.merchant)], c.temporal.open[contract.IntakeID(c.merchant)] = true, true
}

// webhook gives the merchant a partner's webhook.
func (c *clinic) webhook(t *testing.T, off *hooks.Off) {
	t.Helper()
	all := map[string][]hooks.Webhook{"webhooks": {{ID: "hookhook", Events: contract.WebhookEvents(), Off: off}}}
	require.NoError(t, c.store.Put(t.Context(), storage.Webhooks(c.merchant), all))
}

// granted opens the store with the doctor's rights.
func (c *clinic) granted(t *testing.T) func(context.Context, string) (*storage.Store, error) {
	t.Helper()
	store := c.server.OpenGranted(t, storage.Config{Bucket: c.store.Bucket()}, "`starter doctor`")
	return func(context.Context, string) (*storage.Store, error) { return store, nil }
}

// tokenFile is where the pasted token is; nowhere, for a merchant with an account.
func (c *clinic) tokenFile(t *testing.T) string {
	t.Helper()
	if c.token == "" {
		return ""
	}
	return secretIn(t, c.token)
}

// visit calls the doctor and returns what was found by check.
func (c *clinic) visit(t *testing.T, arguments ...string) (code int, found map[string]finding) {
	t.Helper()
	var out, errors bytes.Buffer
	program := Program{
		Out: &out, Err: &errors, Objects: c.granted(t),
		Temporal: func(context.Context) (sdk.Client, string, error) { return c.temporal, "packers", nil },
	}
	line := append([]string{"--merchant", c.merchant, "doctor", "--json", "--hub", c.address, "--token-file", c.tokenFile(t)}, c.arguments...)
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
