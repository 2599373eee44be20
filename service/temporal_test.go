package service

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"google.golang.org/grpc"
)

// namespace is a Temporal whose namespaces answer with search attributes or an error.
type namespace struct {
	client.Client
	operatorservice.OperatorServiceClient
	attributes map[string]enums.IndexedValueType
	err        error
}

func (n namespace) OperatorService() operatorservice.OperatorServiceClient { return n }

func (n namespace) ListSearchAttributes(context.Context, *operatorservice.ListSearchAttributesRequest, ...grpc.CallOption) (*operatorservice.ListSearchAttributesResponse, error) {
	return &operatorservice.ListSearchAttributesResponse{CustomAttributes: n.attributes}, n.err
}

func TestCheckSearchAttributes(t *testing.T) {
	t.Parallel()
	all := map[string]enums.IndexedValueType{
		"DespachoRun": enums.INDEXED_VALUE_TYPE_KEYWORD, "DespachoMerchant": enums.INDEXED_VALUE_TYPE_KEYWORD, "DespachoFailed": enums.INDEXED_VALUE_TYPE_INT,
	}
	more := maps.Clone(all)
	more["SomebodyElses"] = enums.INDEXED_VALUE_TYPE_BOOL
	require.NoError(t, CheckSearchAttributes(t.Context(), namespace{attributes: more}, "default", all))

	t.Run("a missing one is named with the command that registers it", func(t *testing.T) {
		t.Parallel()
		fewer := maps.Clone(all)
		delete(fewer, "DespachoRun")
		err := CheckSearchAttributes(t.Context(), namespace{attributes: fewer}, "shop", all)
		require.ErrorIs(t, err, ErrSearchAttributes)
		for _, word := range []string{"DespachoRun", `"shop"`, "`starter setup`"} {
			assert.ErrorContains(t, err, word)
		}
		assert.NotContains(t, err.Error(), "DespachoMerchant")
	})
	t.Run("one of another type is named with both types", func(t *testing.T) {
		t.Parallel()
		wrong := maps.Clone(all)
		wrong["DespachoFailed"] = enums.INDEXED_VALUE_TYPE_TEXT
		err := CheckSearchAttributes(t.Context(), namespace{attributes: wrong}, "default", all)
		require.ErrorIs(t, err, ErrSearchAttributes)
		assert.ErrorContains(t, err, "DespachoFailed (is Text, must be Int)")
	})
	t.Run("a missing namespace is named with its setting", func(t *testing.T) {
		t.Parallel()
		err := CheckSearchAttributes(t.Context(), namespace{err: serviceerror.NewNamespaceNotFound("shop")}, "shop", all)
		require.NotErrorIs(t, err, ErrSearchAttributes)
		assert.ErrorContains(t, err, "TEMPORAL_NAMESPACE")
	})
	t.Run("a server that is away is said to be away", func(t *testing.T) {
		t.Parallel()
		err := CheckSearchAttributes(t.Context(), namespace{err: errors.New("connection refused")}, "default", all)
		require.NotErrorIs(t, err, ErrSearchAttributes)
		assert.ErrorContains(t, err, "no answer from Temporal: connection refused")
	})
}

func TestTemporalOptionsComplainAboutTheirVariables(t *testing.T) {
	t.Setenv("TEMPORAL_CONFIG_FILE", written(t, "not = [toml"))
	_, err := temporalOptions(ServerOptions{Log: silent()})
	require.ErrorContains(t, err, "TEMPORAL_*")
}

func TestTemporalOptionsReadTheEnvironment(t *testing.T) {
	t.Setenv("TEMPORAL_CONFIG_FILE", written(t, ""))
	t.Setenv("TEMPORAL_ADDRESS", "temporal.example.com:7233")
	t.Setenv("TEMPORAL_NAMESPACE", "shop")
	options, err := temporalOptions(ServerOptions{Log: silent()})
	require.NoError(t, err)
	assert.Equal(t, "temporal.example.com:7233", options.HostPort)
	assert.Equal(t, "shop", options.Namespace)
	assert.NotNil(t, options.Logger)
}

// written is a configuration file of Temporal with this content.
func written(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "temporal.toml")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}
