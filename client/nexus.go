package client

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"go.temporal.io/api/nexus/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
)

var endpointPattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,126}[A-Za-z0-9]$`)

// PrepareNexus makes the Nexus endpoint through which workflows of other namespaces call ours, unless it is there, and
// says what it did. An endpoint of this name that leads elsewhere is left alone.
func PrepareNexus(ctx context.Context, c sdk.Client, namespace, name string) (string, error) {
	return ensureNexusEndpoint(ctx, c.OperatorService(), namespace, name)
}

func ensureNexusEndpoint(ctx context.Context, operator operatorservice.OperatorServiceClient, namespace, name string) (string, error) {
	if !endpointPattern.MatchString(name) {
		return "", &RequestError{Field: "nexus-endpoint", Problem: fmt.Sprintf("the Nexus endpoint %.64q cannot be called so: 2 to 128 letters, digits and hyphens, beginning with a letter, ending with none of the hyphens", name)}
	}
	_, err := operator.CreateNexusEndpoint(ctx, &operatorservice.CreateNexusEndpointRequest{Spec: &nexus.EndpointSpec{
		Name: name,
		Target: &nexus.EndpointTarget{Variant: &nexus.EndpointTarget_Worker_{
			Worker: &nexus.EndpointTarget_Worker{Namespace: namespace, TaskQueue: contract.TaskQueue},
		}},
	}})
	if err == nil {
		return fmt.Sprintf("Nexus endpoint %s: made; it leads to namespace %s, task queue %s", name, namespace, contract.TaskQueue), nil
	}
	var exists *serviceerror.AlreadyExists
	if !errors.As(err, &exists) {
		return "", nexusProblem(name, namespace, err)
	}
	there, err := operator.ListNexusEndpoints(ctx, &operatorservice.ListNexusEndpointsRequest{Name: name, PageSize: 1})
	if err != nil {
		return "", nexusProblem(name, namespace, err)
	}
	if len(there.GetEndpoints()) == 0 {
		return "", nexusProblem(name, namespace, exists)
	}
	target := there.GetEndpoints()[0].GetSpec().GetTarget().GetWorker()
	if target.GetNamespace() == namespace && target.GetTaskQueue() == contract.TaskQueue {
		return "Nexus endpoint " + name + ": there", nil
	}
	return "", &SetupError{
		Problem: fmt.Sprintf("the Nexus endpoint %s leads to namespace %q, task queue %q, and not to %s, %s", name, target.GetNamespace(), target.GetTaskQueue(), namespace, contract.TaskQueue),
		Remedy:  "choose another name with --nexus-endpoint, and tell your partners, or have the endpoint deleted: temporal operator nexus endpoint delete --name " + name,
	}
}

func nexusProblem(name, namespace string, err error) error {
	return &SetupError{
		Problem: fmt.Sprintf("the Nexus endpoint %s cannot be made: %v", name, err), Err: err,
		Remedy: fmt.Sprintf("have it made by who runs Temporal: temporal operator nexus endpoint create --name %s --target-namespace %s --target-task-queue %s", name, namespace, contract.TaskQueue),
	}
}
