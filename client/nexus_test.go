package client

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/nexus/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc"
)

// fakeEndpoints is an operator service with endpoints.
type fakeEndpoints struct {
	operatorservice.OperatorServiceClient
	there   map[string]*nexus.EndpointSpec
	refused error
}

func (f *fakeEndpoints) CreateNexusEndpoint(_ context.Context, r *operatorservice.CreateNexusEndpointRequest, _ ...grpc.CallOption) (*operatorservice.CreateNexusEndpointResponse, error) {
	if f.refused != nil {
		return nil, f.refused
	}
	if f.there[r.GetSpec().GetName()] != nil {
		return nil, serviceerror.NewAlreadyExists("there is one")
	}
	f.there[r.GetSpec().GetName()] = r.GetSpec()
	return &operatorservice.CreateNexusEndpointResponse{}, nil
}

func (f *fakeEndpoints) ListNexusEndpoints(_ context.Context, r *operatorservice.ListNexusEndpointsRequest, _ ...grpc.CallOption) (*operatorservice.ListNexusEndpointsResponse, error) {
	return &operatorservice.ListNexusEndpointsResponse{Endpoints: []*nexus.Endpoint{{Spec: f.there[r.GetName()]}}}, nil
}

func TestTheNexusEndpointIsMadeOnce(t *testing.T) {
	t.Parallel()
	server := &fakeEndpoints{there: map[string]*nexus.EndpointSpec{}}
	did, err := ensureNexusEndpoint(t.Context(), server, "packers", "despacho")
	require.NoError(t, err)
	assert.Equal(t, "Nexus endpoint despacho: made; it leads to namespace packers, task queue despacho", did)
	did, err = ensureNexusEndpoint(t.Context(), server, "packers", "despacho")
	require.NoError(t, err)
	assert.Equal(t, "Nexus endpoint despacho: there", did)

	_, err = ensureNexusEndpoint(t.Context(), server, "others", "despacho")
	var setup *SetupError
	require.ErrorAs(t, err, &setup)
	assert.Contains(t, setup.Problem, `leads to namespace "packers"`)
	assert.Equal(t, "packers", server.there["despacho"].GetTarget().GetWorker().GetNamespace(), "it is left alone")

	_, err = ensureNexusEndpoint(t.Context(), server, "packers", "no spaces")
	var wrong *RequestError
	require.ErrorAs(t, err, &wrong)

	server.refused = serviceerror.NewPermissionDenied("no", "")
	_, err = ensureNexusEndpoint(t.Context(), server, "packers", "another")
	require.ErrorAs(t, err, &setup)
	assert.Contains(t, setup.Remedy, "temporal operator nexus endpoint create --name another")
}
