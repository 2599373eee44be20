package tracing

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func variables(all map[string]string) environment {
	return func(name string) string { return all[name] }
}

func TestTracesAreSentWhereTheVariablesAskForThem(t *testing.T) {
	t.Parallel()
	const address = "http://collector:4318"
	for name, c := range map[string]struct {
		given  map[string]string
		wanted bool
	}{
		"nothing is set":                 {nil, false},
		"an address":                     {map[string]string{endpointVariable: address}, true},
		"an address for traces":          {map[string]string{tracesEndpointVariable: address + "/v1/traces"}, true},
		"the exporter, without address":  {map[string]string{exporterVariable: "otlp"}, true},
		"an address, but no exporter":    {map[string]string{endpointVariable: address, exporterVariable: "none"}, false},
		"all is disabled":                {map[string]string{endpointVariable: address, exporterVariable: "otlp", disabledVariable: "true"}, false},
		"a sampler alone":                {map[string]string{samplerVariable: "always_on"}, false},
		"disabling is said to be untrue": {map[string]string{endpointVariable: address, disabledVariable: "false"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.wanted, variables(c.given).wanted())
			assert.Empty(t, variables(c.given).check())
		})
	}
}

func TestEveryWrongVariableIsNamed(t *testing.T) {
	t.Parallel()
	wrong := variables(map[string]string{
		endpointVariable: "user:hunter2@collector", tracesProtocolVariable: "grpc", protocolVariable: "http/json",
		samplerVariable: "parentbased_traceidratio", samplerArgVariable: "10 %",
	}).check()
	said := errors.Join(wrong...).Error()
	assert.Len(t, wrong, 4)
	for _, words := range []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT: it is not an address; write it as http://collector:4318",
		`OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "grpc" is not supported`, `OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" is not supported`, "4318",
		`OTEL_TRACES_SAMPLER_ARG: "10 %" is not a share`,
	} {
		assert.Contains(t, said, words)
	}
	assert.NotContains(t, said, "hunter2")

	wrong = variables(map[string]string{exporterVariable: "zipkin", samplerVariable: "sometimes"}).check()
	require.Len(t, wrong, 1, "a sampler is not looked at where nothing is traced")
	require.ErrorContains(t, wrong[0], `OTEL_TRACES_EXPORTER: "zipkin" is unknown; write otlp, or none for no traces`)
	wrong = variables(map[string]string{exporterVariable: "otlp", samplerVariable: "sometimes"}).check()
	require.Len(t, wrong, 1)
	require.ErrorContains(t, wrong[0], "write one of always_on, always_off,")
}

func TestWithoutTheVariablesNothingIsInstalled(t *testing.T) {
	for _, name := range []string{endpointVariable, tracesEndpointVariable, exporterVariable, disabledVariable} {
		t.Setenv(name, "")
	}
	traced, end, err := Begin(t.Context(), nil, "worker", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	assert.Nil(t, traced)
	assert.Empty(t, traced.Interceptors())
	assert.Empty(t, traced.WorkerInterceptors())
	traced.Ended(t.Context(), Call{Name: "hub task"})
	end()
}

func TestABadVariableKeepsAProgramFromStarting(t *testing.T) {
	t.Setenv(exporterVariable, "zipkin")
	_, _, err := Begin(t.Context(), nil, "worker", slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, exporterVariable)
	require.Len(t, Check(), 1)
}
