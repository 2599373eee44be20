package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"

	"github.com/despacho/despacho/workflows"
)

// ErrSearchAttributes is the answer when the namespace lacks what workflows
// record; `starter setup` registers it.
var ErrSearchAttributes = errors.New("search attributes are missing")

// temporalOptions reads TEMPORAL_* and Temporal's configuration file.
func temporalOptions(log *slog.Logger, handler client.MetricsHandler) (client.Options, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return options, fmt.Errorf("TEMPORAL_*: the settings for Temporal cannot be read: %w", err)
	}
	options.Logger = sdklog.NewStructuredLogger(log)
	options.MetricsHandler = handler
	return options, nil
}

// attributeLister is the part of Temporal's operator service that is asked here.
type attributeLister interface {
	ListSearchAttributes(ctx context.Context, namespace string) (map[string]enums.IndexedValueType, error)
}

// operator asks a namespace for its search attributes.
type operator struct{ client client.Client }

func (o operator) ListSearchAttributes(ctx context.Context, namespace string) (map[string]enums.IndexedValueType, error) {
	answer, err := o.client.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	return answer.GetCustomAttributes(), err
}

// checkSearchAttributes tells whether Temporal answers and the namespace has
// all search attributes with their types.
func checkSearchAttributes(ctx context.Context, temporal attributeLister, namespace string) error {
	present, err := temporal.ListSearchAttributes(ctx, namespace)
	var missing *serviceerror.NamespaceNotFound
	var absent *serviceerror.NotFound
	if errors.As(err, &missing) || errors.As(err, &absent) {
		return fmt.Errorf("no namespace %q in Temporal: make it, or set TEMPORAL_NAMESPACE to the right one", namespace)
	}
	if err != nil {
		return fmt.Errorf("no answer from Temporal: %w", err)
	}
	var wrong []string
	for name, kind := range workflows.SearchAttributes() {
		switch given, found := present[name]; {
		case !found:
			wrong = append(wrong, name)
		case given != kind:
			wrong = append(wrong, fmt.Sprintf("%s (is %s, must be %s)", name, given, kind))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("%w in namespace %q: %s. Run `starter setup` once for this namespace", ErrSearchAttributes, namespace, strings.Join(wrong, ", "))
}
