package compose

import (
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// addressVariables are those whose values are addresses: of a service, or of something outside.
var addressVariables = []string{
	"AWS_ENDPOINT_URL_S3", "DESPACHO_DOWNLOAD_HOSTS", "DESPACHO_HUB", "DESPACHO_PARTNERS_WEBHOOK_HOSTS", "OTEL_EXPORTER_OTLP_ENDPOINT", "POSTGRES_SEEDS", "SQL_HOST", "TEMPORAL_ADDRESS",
}

// addresses follows each address of another service: it must listen there, and be waited for. A value that
// is written like such an address must be known for one.
func addresses(project *types.Project, service types.ServiceConfig) []string {
	var problems []string
	set := environment(service)
	for _, name := range slices.Sorted(maps.Keys(set)) {
		known := slices.Contains(addressVariables, name)
		for value := range strings.SplitSeq(set[name], ",") {
			host, port := hostAndPort(value)
			other, found := project.Services[host]
			switch {
			case !found && known && value != "" && !strings.Contains(host, "."):
				problems = append(problems, fmt.Sprintf("%s leads to %s, which is no service", name, host))
			case !found, !known && port == "":
			case !known:
				problems = append(problems, fmt.Sprintf("%s is written like an address of %s, but is not listed as one", name, host))
			default:
				problems = append(problems, leads(project, service, name, other, port)...)
			}
		}
	}
	return problems
}

// leads compares an address of a service with where that listens, and with what is waited for.
func leads(project *types.Project, service types.ServiceConfig, name string, other types.ServiceConfig, port string) (problems []string) {
	if port != "" && !slices.Contains(ports(other), port) {
		problems = append(problems, fmt.Sprintf("%s leads to port %s, where %s does not listen", name, port, other.Name))
	}
	if other.Name != service.Name && !waitsFor(project, service.Name, other.Name) {
		problems = append(problems, fmt.Sprintf("%s leads to %s, which it does not wait for", name, other.Name))
	}
	return problems
}

// hostAndPort takes an address apart: host:port, a URL, or a name alone.
func hostAndPort(value string) (host, port string) {
	address := value
	if parsed, err := url.Parse(value); err == nil && parsed.Host != "" {
		address = parsed.Host
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address, ""
	}
	return host, port
}
