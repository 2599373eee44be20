// Package client is asked by Temporal's server for workers that it would start itself, and always
// answers that there are none: see stubs/README.md.
package client

import (
	"context"

	deploymentpb "go.temporal.io/api/deployment/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/server/common/namespace"
	"go.uber.org/fx"

	"go.temporal.io/auto-scaled-workers/wci/workflow/iface"
)

// Module gives the server its Client.
var Module = fx.Options(fx.Provide(func() Client { return none{} }))

// Client has those methods of the real one that the server calls.
type Client interface {
	DescribeWorkerControllerInstance(context.Context, *namespace.Namespace, *deploymentpb.WorkerDeploymentVersion) (*iface.QueryDescribeWorkerControllerInstanceResponse, []byte, error)
	ValidateWorkerControllerInstanceSpec(
		ctx context.Context, entry *namespace.Namespace, version *deploymentpb.WorkerDeploymentVersion, identity string,
		upserts map[string]iface.ScalingGroupSpecUpdate, removals []string,
	) error
	UpdateWorkerControllerInstance(
		ctx context.Context, entry *namespace.Namespace, version *deploymentpb.WorkerDeploymentVersion, conflictToken []byte, identity string,
		upserts map[string]iface.ScalingGroupSpecUpdate, removals []string,
	) (*iface.UpdateWorkerControllerInstanceResponse, error)
	DeleteWorkerControllerInstance(ctx context.Context, entry *namespace.Namespace, version *deploymentpb.WorkerDeploymentVersion, identity string) error
}

type none struct{}

// DescribeWorkerControllerInstance answers as the real one does for a version without such workers.
func (none) DescribeWorkerControllerInstance(context.Context, *namespace.Namespace, *deploymentpb.WorkerDeploymentVersion) (*iface.QueryDescribeWorkerControllerInstanceResponse, []byte, error) {
	return nil, nil, serviceerror.NewNotFound("no workers are started by this server")
}

// ValidateWorkerControllerInstanceSpec refuses every description.
func (none) ValidateWorkerControllerInstanceSpec(context.Context, *namespace.Namespace, *deploymentpb.WorkerDeploymentVersion, string, map[string]iface.ScalingGroupSpecUpdate, []string) error {
	return errNotBuilt()
}

// UpdateWorkerControllerInstance makes no workers.
func (none) UpdateWorkerControllerInstance(context.Context, *namespace.Namespace, *deploymentpb.WorkerDeploymentVersion, []byte, string, map[string]iface.ScalingGroupSpecUpdate, []string) (*iface.UpdateWorkerControllerInstanceResponse, error) {
	return nil, errNotBuilt()
}

// DeleteWorkerControllerInstance finds none.
func (none) DeleteWorkerControllerInstance(context.Context, *namespace.Namespace, *deploymentpb.WorkerDeploymentVersion, string) error {
	return nil
}

func errNotBuilt() error {
	return serviceerror.NewUnimplemented("this Temporal server is built without the part that starts workers; use one of Temporal's own builds")
}
