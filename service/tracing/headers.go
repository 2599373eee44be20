package tracing

import (
	"errors"
	"net/url"
	"strings"

	"github.com/despacho/despacho/service/secretfile"
)

// headers are what the file of OTEL_EXPORTER_OTLP_HEADERS holds; nil without a file, since the exporter
// reads the variable itself. Its errors never quote the content.
func (get environment) headers() (map[string]string, error) {
	const variable = secretfile.TraceHeaders
	file := secretfile.FileVariable(variable)
	text, err := secretfile.Choose(variable, get(variable), get(file))
	if err != nil || get(file) == "" {
		return nil, err
	}
	headers := map[string]string{}
	for pair := range strings.SplitSeq(text, ",") {
		name, value, whole := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if !whole || name == "" || err != nil || strings.ContainsAny(name+value, "\r\n") {
			return nil, errors.New(file + ": the file cannot be read as headers; write name=value on one line, with commas between them and %20 for a space")
		}
		headers[name] = value
	}
	return headers, nil
}
