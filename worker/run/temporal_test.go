package run

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"

	"github.com/despacho/despacho/workflows"
)

// namespace answers with search attributes or an error.
type namespace struct {
	attributes map[string]enums.IndexedValueType
	err        error
}

func (n namespace) ListSearchAttributes(context.Context, string) (map[string]enums.IndexedValueType, error) {
	return n.attributes, n.err
}

func TestCheckSearchAttributes(t *testing.T) {
	t.Parallel()
	all := workflows.SearchAttributes()
	more := maps.Clone(all)
	more["SomebodyElses"] = enums.INDEXED_VALUE_TYPE_BOOL
	require.NoError(t, checkSearchAttributes(t.Context(), namespace{attributes: more}, "default"))

	t.Run("a missing one is named with the command that registers it", func(t *testing.T) {
		t.Parallel()
		fewer := maps.Clone(all)
		delete(fewer, "DespachoRun")
		err := checkSearchAttributes(t.Context(), namespace{attributes: fewer}, "shop")
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
		err := checkSearchAttributes(t.Context(), namespace{attributes: wrong}, "default")
		require.ErrorIs(t, err, ErrSearchAttributes)
		assert.ErrorContains(t, err, "DespachoFailed (is Text, must be Int)")
	})
	t.Run("a missing namespace is named with its setting", func(t *testing.T) {
		t.Parallel()
		err := checkSearchAttributes(t.Context(), namespace{err: serviceerror.NewNamespaceNotFound("shop")}, "shop")
		require.NotErrorIs(t, err, ErrSearchAttributes)
		assert.ErrorContains(t, err, "TEMPORAL_NAMESPACE")
	})
	t.Run("a server that is away is said to be away", func(t *testing.T) {
		t.Parallel()
		err := checkSearchAttributes(t.Context(), namespace{err: errors.New("connection refused")}, "default")
		require.NotErrorIs(t, err, ErrSearchAttributes)
		assert.ErrorContains(t, err, "no answer from Temporal: connection refused")
	})
}

func TestTemporalOptionsComplainAboutTheirVariables(t *testing.T) {
	t.Setenv("TEMPORAL_CONFIG_FILE", write(t, "temporal.toml", "not = [toml"))
	_, err := temporalOptions(silent(), nil)
	require.ErrorContains(t, err, "TEMPORAL_*")
}

func TestTemporalOptionsReadTheEnvironment(t *testing.T) {
	t.Setenv("TEMPORAL_CONFIG_FILE", write(t, "temporal.toml", ""))
	t.Setenv("TEMPORAL_ADDRESS", "temporal.example.com:7233")
	t.Setenv("TEMPORAL_NAMESPACE", "shop")
	options, err := temporalOptions(silent(), nil)
	require.NoError(t, err)
	assert.Equal(t, "temporal.example.com:7233", options.HostPort)
	assert.Equal(t, "shop", options.Namespace)
	assert.NotNil(t, options.Logger)
}
