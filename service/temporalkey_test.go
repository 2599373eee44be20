package service

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// keyed is a Temporal that notes the keys with which it is called.
type keyed struct {
	workflowservice.UnimplementedWorkflowServiceServer
	keys []string
}

func (k *keyed) GetSystemInfo(ctx context.Context, _ *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	got, _ := metadata.FromIncomingContext(ctx)
	k.keys = append(k.keys, got.Get("authorization")...)
	return &workflowservice.GetSystemInfoResponse{}, nil
}

func TestTemporalsKeyIsReadAgainWhenItsFileChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(path, []byte("key-1\n"), 0o600))
	t.Setenv("TEMPORAL_CONFIG_FILE", os.DevNull)
	t.Setenv("TEMPORAL_API_KEY", "")
	t.Setenv("TEMPORAL_API_KEY_FILE", path)
	options, err := LoadTemporalOptions()
	require.NoError(t, err)
	assert.NotNil(t, options.ConnectionOptions.TLS, "a key goes over TLS only")

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	temporal, server := &keyed{}, grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, temporal)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	options.HostPort, options.ConnectionOptions.TLS, options.ConnectionOptions.TLSDisabled = listener.Addr().String(), nil, true
	connected, err := client.DialContext(t.Context(), options)
	require.NoError(t, err)
	t.Cleanup(connected.Close)

	require.NoError(t, os.WriteFile(path, []byte("key-2"), 0o600))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
	_, err = connected.WorkflowService().GetSystemInfo(t.Context(), &workflowservice.GetSystemInfoRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"Bearer key-1", "Bearer key-2"}, temporal.keys)
}

func TestTemporalsKeyIsNotGivenTwice(t *testing.T) {
	t.Setenv("TEMPORAL_API_KEY", "never-shown")
	t.Setenv("TEMPORAL_API_KEY_FILE", os.DevNull)
	_, err := LoadTemporalOptions()
	require.ErrorContains(t, err, "TEMPORAL_API_KEY_FILE: TEMPORAL_API_KEY is set as well")
	assert.NotContains(t, err.Error(), "never-shown")
}
