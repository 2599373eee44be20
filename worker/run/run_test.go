package run

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage/storagetest"
)

// temporalWith is a Temporal whose namespaces have the given search attributes.
type temporalWith struct {
	client.Client
	operatorservice.OperatorServiceClient
	attributes map[string]enums.IndexedValueType
	asked      string
	looked     func()
}

func (f *temporalWith) OperatorService() operatorservice.OperatorServiceClient { return f }

func (f *temporalWith) ListSearchAttributes(_ context.Context, request *operatorservice.ListSearchAttributesRequest, _ ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	f.asked = request.GetNamespace()
	if f.looked != nil {
		f.looked()
	}
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: f.attributes}, nil
}

func TestRunRefusesToStart(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.Listen, settings.StartWait = "127.0.0.1:0", 0

	t.Run("without the search attributes", func(t *testing.T) {
		t.Parallel()
		temporal := &temporalWith{}
		err := Run(t.Context(), settings, Options{Temporal: temporal, Namespace: "shop", Store: storagetest.New(t), Log: silent(), Ready: func(string) { t.Error("not ready") }})
		require.ErrorIs(t, err, service.ErrSearchAttributes)
		require.ErrorContains(t, err, "`starter setup`")
		assert.Equal(t, "shop", temporal.asked)
	})
	t.Run("with wrong settings", func(t *testing.T) {
		t.Parallel()
		err := Run(t.Context(), Settings{}, Options{Log: silent()})
		require.ErrorContains(t, err, "DESPACHO_MERCHANT")
		require.ErrorContains(t, err, "DESPACHO_BUCKET")
	})
}

func TestRunAnswersHealthWhileItStarts(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.StartWait, settings.Listen = 0, "127.0.0.1:0"
	var out bytes.Buffer
	var alive, readyStatus int
	temporal := &temporalWith{looked: func() {
		var line struct{ Address string }
		require.NoError(t, json.NewDecoder(&out).Decode(&line))
		alive, _ = get(t, line.Address, "/healthz")
		readyStatus, _ = get(t, line.Address, "/readyz")
	}}
	require.ErrorIs(t, Run(t.Context(), settings, Options{Temporal: temporal, Store: storagetest.New(t), Log: logger(&out)}), service.ErrSearchAttributes)
	assert.Equal(t, http.StatusOK, alive)
	assert.Equal(t, http.StatusServiceUnavailable, readyStatus)
}

func TestRunWarnsAboutExampleSecretsAndSpeed(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "change-me-s3")
	t.Setenv("DESPACHO_MERCHNAT", "x")
	settings := validSettings()
	settings.HubSpeed = 600
	var out bytes.Buffer
	p := &process{settings: settings, log: logger(&out)}
	p.warn()
	for _, word := range []string{"published example", "DESPACHO_MERCHNAT", "sandbox only"} {
		assert.Contains(t, out.String(), word)
	}
	assert.NotContains(t, out.String(), "change-me-s3")
}

func TestTwoBuildIDsThatDifferAreSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ours, theirs string
		said         bool
	}{
		"both, and different": {"0.1.0", "0.1.0-6f2a", true},
		"both, and the same":  {"0.1.0", "0.1.0", false},
		"ours alone":          {"0.1.0", "", false},
		"theirs alone":        {"", "0.1.0-6f2a", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := validSettings()
			settings.BuildID, settings.WorkerBuildID = c.ours, c.theirs
			var out bytes.Buffer
			(&process{settings: settings, log: logger(&out)}).warn()
			assert.Equal(t, c.said, strings.Contains(out.String(), "DESPACHO_BUILD_ID and TEMPORAL_WORKER_BUILD_ID differ"), out.String())
			assert.Equal(t, c.said, strings.Contains(out.String(), "0.1.0-6f2a"), "which one counts is in the line")
		})
	}
}
