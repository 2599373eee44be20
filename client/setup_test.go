package client

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"

	"github.com/despacho/despacho/contract"
)

// fakeServer is a Temporal server that takes notification of new things late.
type fakeServer struct {
	workflowservice.WorkflowServiceClient
	operatorservice.OperatorServiceClient

	namespace  bool
	attributes map[string]enums.IndexedValueType
	// late is how many looks it takes until what was made is seen.
	late          int
	registerError error
	addError      error
	added         int
	query         string
}

func (f *fakeServer) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest, ...grpc.CallOption) (*workflowservice.DescribeNamespaceResponse, error) {
	if !f.namespace {
		return nil, serviceerror.NewNamespaceNotFound("packers")
	}
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

func (f *fakeServer) RegisterNamespace(context.Context, *workflowservice.RegisterNamespaceRequest, ...grpc.CallOption) (*workflowservice.RegisterNamespaceResponse, error) {
	f.namespace = f.registerError == nil
	return &workflowservice.RegisterNamespaceResponse{}, f.registerError
}

func (f *fakeServer) unseen() bool {
	f.late--
	return f.late >= 0
}

func (f *fakeServer) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest, ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	if f.unseen() {
		return nil, serviceerror.NewNamespaceNotFound("packers")
	}
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: maps.Clone(f.attributes)}, nil
}

func (f *fakeServer) AddSearchAttributes(_ context.Context, r *operatorservice.AddSearchAttributesRequest, _ ...grpc.CallOption) (*operatorservice.AddSearchAttributesResponse, error) {
	if f.addError != nil {
		return nil, f.addError
	}
	f.added += len(r.GetSearchAttributes())
	maps.Copy(f.attributes, r.GetSearchAttributes())
	f.late = 2
	return &operatorservice.AddSearchAttributesResponse{}, nil
}

func (f *fakeServer) CountWorkflowExecutions(_ context.Context, r *workflowservice.CountWorkflowExecutionsRequest, _ ...grpc.CallOption) (*workflowservice.CountWorkflowExecutionsResponse, error) {
	if f.query == "" {
		f.query = r.GetQuery()
		return nil, serviceerror.NewInvalidArgument("invalid search attribute")
	}
	return &workflowservice.CountWorkflowExecutionsResponse{}, nil
}

func (f *fakeServer) prepare(t *testing.T) ([]string, error) {
	t.Helper()
	return preparation{f, f, "packers", 5 * time.Second, time.Millisecond}.run(t.Context())
}

func TestPrepare(t *testing.T) {
	t.Parallel()

	t.Run("makes a namespace and the search attributes and waits until they can be used", func(t *testing.T) {
		t.Parallel()
		server := &fakeServer{attributes: map[string]enums.IndexedValueType{}, late: 2}
		did, err := server.prepare(t)
		require.NoError(t, err)
		assert.Equal(t, contract.SearchAttributes(), server.attributes)
		require.Len(t, did, 2)
		assert.Contains(t, did[0], "namespace packers: made")
		assert.Contains(t, did[1], "registered DespachoChannel")
		assert.Contains(t, server.query, "DespachoRequested IS NOT NULL")
	})

	t.Run("adds only what is missing", func(t *testing.T) {
		t.Parallel()
		there := contract.SearchAttributes()
		delete(there, "DespachoEvent")
		server := &fakeServer{namespace: true, attributes: there}
		did, err := server.prepare(t)
		require.NoError(t, err)
		assert.Equal(t, 1, server.added)
		assert.Equal(t, []string{"namespace packers: there", "search attributes: registered DespachoEvent"}, did)
	})

	t.Run("a second time it changes nothing", func(t *testing.T) {
		t.Parallel()
		server := &fakeServer{namespace: true, attributes: contract.SearchAttributes()}
		did, err := server.prepare(t)
		require.NoError(t, err)
		assert.Zero(t, server.added)
		assert.Contains(t, did, "search attributes: there")
	})

	t.Run("a namespace that may not be made is named with the command that makes it", func(t *testing.T) {
		t.Parallel()
		server := &fakeServer{registerError: serviceerror.NewPermissionDenied("no", "")}
		_, err := server.prepare(t)
		assert.Contains(t, setupError(t, err).Remedy, "temporal operator namespace create --namespace packers")
	})

	t.Run("an attribute of another type is refused", func(t *testing.T) {
		t.Parallel()
		server := &fakeServer{namespace: true, attributes: map[string]enums.IndexedValueType{"DespachoRun": enums.INDEXED_VALUE_TYPE_INT}}
		_, err := server.prepare(t)
		assert.Contains(t, setupError(t, err).Problem, "search attribute DespachoRun is of type Int")
	})

	t.Run("no room for another Int attribute is explained", func(t *testing.T) {
		t.Parallel()
		server := &fakeServer{
			namespace: true, attributes: map[string]enums.IndexedValueType{},
			addError: serviceerror.NewInvalidArgument("cannot have more than 3 search attribute of type Int"),
		}
		_, err := server.prepare(t)
		assert.Contains(t, setupError(t, err).Remedy, "three Int")
	})
}

func setupError(t *testing.T, err error) *SetupError {
	t.Helper()
	var setup *SetupError
	require.ErrorAs(t, err, &setup)
	return setup
}
