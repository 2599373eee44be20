package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	sdklog "go.temporal.io/sdk/log"

	"github.com/despacho/despacho/service/secretfile"
)

// ErrSearchAttributes means that the namespace lacks search attributes of our workflows;
// `starter setup` registers them.
var ErrSearchAttributes = errors.New("search attributes are missing")

// LoadTemporalOptions reads TEMPORAL_* and Temporal's configuration file. A key in the file that
// TEMPORAL_API_KEY_FILE names is read again when that changes.
func LoadTemporalOptions() (client.Options, error) {
	if !secretfile.InFile(secretfile.TemporalKey) {
		return envconfig.LoadDefaultClientOptions()
	}
	key := secretfile.Watch(secretfile.TemporalKey)
	first, err := key.Value()
	if err != nil {
		return client.Options{}, err
	}
	options, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: withKey{envconfig.EnvLookupOS, first}})
	if err == nil {
		options.Credentials = client.NewAPIKeyDynamicCredentials(func(context.Context) (string, error) { return key.Value() })
	}
	return options, err
}

// withKey is the environment and a key that is not in it: with a key, Temporal is spoken to by TLS.
type withKey struct {
	envconfig.EnvLookup
	key string
}

// LookupEnv returns a variable's value.
func (w withKey) LookupEnv(name string) (string, bool) {
	if name == secretfile.TemporalKey {
		return w.key, true
	}
	return w.EnvLookup.LookupEnv(name)
}

// temporalOptions reads TEMPORAL_* and Temporal's configuration file.
func temporalOptions(wanted ServerOptions) (client.Options, error) {
	options, err := LoadTemporalOptions()
	if err != nil {
		return options, fmt.Errorf("TEMPORAL_*: cannot read the settings for Temporal: %w", err)
	}
	options.Logger = sdklog.NewStructuredLogger(wanted.Log)
	options.MetricsHandler = wanted.Metrics.Temporal
	options.Interceptors = wanted.Tracing.Interceptors()
	return options, nil
}

// CheckSearchAttributes checks that Temporal answers and that the namespace has all wanted search
// attributes with their types; the error is an [ErrSearchAttributes] when some are missing.
func CheckSearchAttributes(ctx context.Context, temporal client.Client, namespace string, wanted map[string]enums.IndexedValueType) error {
	answer, err := temporal.OperatorService().ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	var missing *serviceerror.NamespaceNotFound
	var absent *serviceerror.NotFound
	if errors.As(err, &missing) || errors.As(err, &absent) {
		return fmt.Errorf("no namespace is called %q in Temporal: create it, or set TEMPORAL_NAMESPACE to the right one", namespace)
	}
	if err != nil {
		return fmt.Errorf("no answer from Temporal: %w", err)
	}
	wrong := wrongAttributes(answer.GetCustomAttributes(), wanted)
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%w in namespace %q: %s. Run `starter setup` once for this namespace", ErrSearchAttributes, namespace, strings.Join(wrong, ", "))
}

func wrongAttributes(present, wanted map[string]enums.IndexedValueType) (wrong []string) {
	for name, kind := range wanted {
		switch given, found := present[name]; {
		case !found:
			wrong = append(wrong, name)
		case given != kind:
			wrong = append(wrong, fmt.Sprintf("%s (is %s, must be %s)", name, given, kind))
		}
	}
	slices.Sort(wrong)
	return wrong
}
