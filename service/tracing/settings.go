package tracing

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// The variables of OpenTelemetry that despacho looks at itself; the exporter reads the others.
const (
	disabledVariable       = "OTEL_SDK_DISABLED"
	exporterVariable       = "OTEL_TRACES_EXPORTER"
	endpointVariable       = "OTEL_EXPORTER_OTLP_ENDPOINT"
	tracesEndpointVariable = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	protocolVariable       = "OTEL_EXPORTER_OTLP_PROTOCOL"
	tracesProtocolVariable = "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"
	samplerVariable        = "OTEL_TRACES_SAMPLER"
	samplerArgVariable     = "OTEL_TRACES_SAMPLER_ARG"
)

const httpProtocol = "http/protobuf"

// ratioSamplers are those whose argument is a share.
var ratioSamplers = []string{"traceidratio", "parentbased_traceidratio"}

var samplers = append([]string{"always_on", "always_off", "parentbased_always_on", "parentbased_always_off"}, ratioSamplers...)

// environment looks up a variable; spaces around a value do not count.
type environment func(name string) string

func processEnvironment(name string) string { return strings.TrimSpace(os.Getenv(name)) }

// Check returns what is wrong with the OTEL_* variables: one error each, beginning with the variable.
func Check() []error { return environment(processEnvironment).check() }

// wanted tells whether the variables ask for traces: with the exporter otlp, or with an address and no exporter.
func (get environment) wanted() bool {
	if off, _ := strconv.ParseBool(get(disabledVariable)); off {
		return false
	}
	switch get(exporterVariable) {
	case "otlp":
		return true
	case "":
		return get(endpointVariable)+get(tracesEndpointVariable) != ""
	}
	return false
}

func (get environment) check() []error {
	var wrong []error
	add := func(variable, format string, arguments ...any) {
		wrong = append(wrong, fmt.Errorf("%s: %w", variable, fmt.Errorf(format, arguments...)))
	}
	if exporter := get(exporterVariable); !slices.Contains([]string{"", "none", "otlp"}, exporter) {
		add(exporterVariable, "%q is unknown; write otlp, or none for no traces", exporter)
	}
	if !get.wanted() {
		return wrong
	}
	for _, variable := range []string{endpointVariable, tracesEndpointVariable} {
		if address := get(variable); address != "" && !validEndpoint(address) {
			// The address is not quoted: it may hold a password.
			add(variable, "it is not an address; write it as http://collector:4318")
		}
	}
	for _, variable := range []string{protocolVariable, tracesProtocolVariable} {
		if protocol := get(variable); protocol != "" && protocol != httpProtocol {
			add(variable, "%q is not supported; leave it empty or write %s, and name the collector's HTTP port, usually 4318", protocol, httpProtocol)
		}
	}
	if _, err := get.headers(); err != nil {
		wrong = append(wrong, err)
	}
	sampler, share := get(samplerVariable), get(samplerArgVariable)
	if sampler != "" && !slices.Contains(samplers, sampler) {
		add(samplerVariable, "%q is unknown; write one of %s", sampler, strings.Join(samplers, ", "))
	}
	if number, err := strconv.ParseFloat(share, 64); slices.Contains(ratioSamplers, sampler) && share != "" && (err != nil || number < 0 || number > 1) {
		add(samplerArgVariable, "%q is not a share of the traces; write a number from 0 to 1", share)
	}
	return wrong
}

func validEndpoint(text string) bool {
	address, err := url.Parse(text)
	return err == nil && (address.Scheme == "http" || address.Scheme == "https") && address.Hostname() != ""
}
