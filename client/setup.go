package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	sdk "go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/despacho/despacho/contract"
)

const (
	// namespaceRetention is how long a namespace that we make keeps closed runs.
	namespaceRetention = 30 * 24 * time.Hour
	visibleWait        = 90 * time.Second
	visiblePause       = 250 * time.Millisecond
)

// Prepare makes the namespace and the search attributes where they are missing
// and waits until they can be used. It may run any number of times, also at once.
func Prepare(ctx context.Context, c sdk.Client, namespace string) (did []string, err error) {
	return preparation{c.WorkflowService(), c.OperatorService(), namespace, visibleWait, visiblePause}.run(ctx)
}

type preparation struct {
	workflows   workflowservice.WorkflowServiceClient
	operator    operatorservice.OperatorServiceClient
	namespace   string
	wait, pause time.Duration
}

func (p preparation) run(ctx context.Context) (did []string, err error) {
	sentence, err := p.ensureNamespace(ctx)
	if err != nil {
		return nil, err
	}
	did = append(did, sentence)
	if sentence, err = p.ensureSearchAttributes(ctx); err != nil {
		return did, err
	}
	return append(did, sentence), p.until(ctx, "the search attributes can be used", p.usable)
}

func (p preparation) ensureNamespace(ctx context.Context) (string, error) {
	_, err := p.workflows.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: p.namespace})
	if err == nil {
		return "namespace " + p.namespace + ": there", nil
	}
	if !isNoNamespace(err) {
		return "", fmt.Errorf("look at namespace %s: %w", p.namespace, err)
	}
	_, err = p.workflows.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        p.namespace,
		WorkflowExecutionRetentionPeriod: durationpb.New(namespaceRetention),
	})
	var exists *serviceerror.NamespaceAlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return "", &SetupError{Problem: fmt.Sprintf("namespace %s is missing and cannot be made: %v", p.namespace, err), Remedy: "have it made by who runs Temporal: temporal operator namespace create --namespace " + p.namespace, Err: err}
	}
	return fmt.Sprintf("namespace %s: made, keeps closed runs for %d days", p.namespace, int(namespaceRetention/(24*time.Hour))), nil
}

func (p preparation) ensureSearchAttributes(ctx context.Context) (string, error) {
	var there map[string]enums.IndexedValueType
	err := p.until(ctx, "namespace "+p.namespace+" can be used", func(ctx context.Context) (err error) {
		there, err = p.searchAttributes(ctx)
		return err
	})
	if err != nil {
		return "", p.attributesProblem(err)
	}
	missing := map[string]enums.IndexedValueType{}
	for name, kind := range contract.SearchAttributes() {
		has, found := there[name]
		if found && has != kind {
			return "", &SetupError{
				Problem: fmt.Sprintf("search attribute %s is of type %s in namespace %s, %s is needed", name, has, p.namespace, kind),
				Remedy:  "remove it with: temporal operator search-attribute remove --name " + name,
			}
		}
		if !found {
			missing[name] = kind
		}
	}
	if len(missing) == 0 {
		return "search attributes: there", nil
	}
	_, err = p.operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{
		Namespace: p.namespace, SearchAttributes: missing,
	})
	var exists *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &exists) {
		return "", p.attributesProblem(err)
	}
	return "search attributes: registered " + strings.Join(slices.Sorted(maps.Keys(missing)), ", "), nil
}

func (p preparation) searchAttributes(ctx context.Context) (map[string]enums.IndexedValueType, error) {
	answer, err := p.operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: p.namespace})
	if err != nil {
		return nil, err
	}
	return answer.GetCustomAttributes(), nil
}

func (p preparation) attributesProblem(err error) error {
	names := slices.Sorted(maps.Keys(contract.SearchAttributes()))
	hint := "have them registered by who runs Temporal: " + strings.Join(names, ", ")
	if strings.Contains(err.Error(), "cannot have more than") {
		hint = "SQL visibility allows three Int and ten Keyword search attributes a namespace: remove others, or give despacho a namespace of its own"
	}
	return &SetupError{Problem: fmt.Sprintf("the search attributes of namespace %s cannot be registered: %v", p.namespace, err), Remedy: hint, Err: err}
}

// usable asks a query with every attribute, as the list of runs does.
func (p preparation) usable(ctx context.Context) error {
	there, err := p.searchAttributes(ctx)
	if err != nil {
		return err
	}
	var conditions []string
	for _, name := range slices.Sorted(maps.Keys(contract.SearchAttributes())) {
		if _, found := there[name]; !found {
			return errNotYet
		}
		conditions = append(conditions, name+" IS NOT NULL")
	}
	_, err = p.workflows.CountWorkflowExecutions(ctx, &workflowservice.CountWorkflowExecutionsRequest{
		Namespace: p.namespace, Query: strings.Join(conditions, " AND "),
	})
	var unknown *serviceerror.InvalidArgument
	if errors.As(err, &unknown) {
		return fmt.Errorf("%w: %w", errNotYet, err)
	}
	return err
}

var errNotYet = errors.New("not to be seen yet")

// until tries again while Temporal has not yet taken notification of what was made.
func (p preparation) until(ctx context.Context, what string, try func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	ticker := time.NewTicker(p.pause)
	defer ticker.Stop()
	for {
		err := try(limited)
		if err == nil || !errors.Is(err, errNotYet) && !isNoNamespace(err) {
			return err
		}
		select {
		case <-limited.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("waited %v until %s: %w", p.wait, what, err)
		case <-ticker.C:
		}
	}
}

func isNoNamespace(err error) bool {
	var noNamespace *serviceerror.NamespaceNotFound
	var notFound *serviceerror.NotFound
	return errors.As(err, &noNamespace) || errors.As(err, &notFound)
}
