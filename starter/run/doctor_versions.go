package run

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/samber/lo"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
)

// examineVersions looks whether the workers that ask for work are of the version that gets it.
func (e *examination) examineVersions(ctx context.Context, pollers []*taskqueue.PollerInfo) {
	const check = "worker version"
	name := e.command.DeploymentName
	about, err := e.temporal.WorkflowService().DescribeWorkerDeployment(ctx, &workflowservice.DescribeWorkerDeploymentRequest{
		Namespace: e.namespace, DeploymentName: name,
	})
	var none *serviceerror.NotFound
	if err != nil && !errors.As(err, &none) {
		e.warn(check, "", "deployment %s cannot be looked at: %v", name, err)
		return
	}
	current := about.GetWorkerDeploymentInfo().GetRoutingConfig().GetCurrentDeploymentVersion().GetBuildId()
	builds := e.builds(pollers)
	do := fmt.Sprintf("start a worker with DESPACHO_BUILD_ID=%s, or tell Temporal another: temporal worker deployment set-current-version --deployment-name %s", current, name)
	switch listed := strings.Join(lo.Without(builds, ""), ", "); {
	case slices.Contains(builds, current) && current == "":
		e.ok(check, "workers have no version")
	case slices.Contains(builds, current):
		e.ok(check, "%s is the current version of deployment %s", current, name)
	case len(builds) == 0: // all are of another deployment, which builds has said
	case current == "":
		e.fail(check, fmt.Sprintf("temporal worker deployment set-current-version --deployment-name %s --build-id <id>", name),
			"deployment %s has no current version, so its workers get no work: %s", name, listed)
	case listed == "":
		e.fail(check, do+" --unversioned", "%s is the current version of deployment %s, and the workers that ask for work have no version", current, name)
	default:
		e.fail(check, do+" --build-id <id>", "%s is the current version of deployment %s, and the workers that ask for work have others: %s", current, name, listed)
	}
}

// builds are the build ids of the pollers, sorted; an empty one stands for those without a version.
// Pollers of a deployment that this command was not told of are reported.
func (e *examination) builds(pollers []*taskqueue.PollerInfo) []string {
	var builds, others []string
	for _, p := range pollers {
		options := p.GetDeploymentOptions()
		switch {
		case options.GetWorkerVersioningMode() != enums.WORKER_VERSIONING_MODE_VERSIONED:
			builds = append(builds, "")
		case options.GetDeploymentName() == e.command.DeploymentName:
			builds = append(builds, options.GetBuildId())
		default:
			others = append(others, options.GetDeploymentName())
		}
	}
	if len(others) > 0 {
		others = lo.Uniq(others)
		e.warn("worker deployment", "set TEMPORAL_DEPLOYMENT_NAME="+others[0]+" for this command", "workers are of deployment %s, and this command looks at %s",
			strings.Join(others, ", "), e.command.DeploymentName)
	}
	slices.Sort(builds)
	return lo.Uniq(builds)
}
