// Package tracing sends traces to a collector, by OTLP over HTTP, where the OTEL_* variables of OpenTelemetry
// ask for them: from the start of a run to its calls of the hub and of the label store. Without these
// variables nothing is installed.
//
// Begin with [Start]. A span holds no token, no address, no key of an object, no text of an error and
// nothing about a buyer: its names and attributes come from fixed tables, besides the ids of workflows.
package tracing
