package run

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
	steps "github.com/despacho/despacho/activities/registry"
	workflows "github.com/despacho/despacho/workflows/registry"
)

// stoppable is a Temporal worker whose steps take some time to end.
type stoppable struct {
	takes    time.Duration
	refuses  error
	stopped  bool
	stopping func()
}

func (s *stoppable) Start() error { return s.refuses }

func (s *stoppable) Stop() {
	if s.stopping != nil {
		s.stopping()
	}
	<-time.After(s.takes)
	s.stopped = true
}

func TestDrain(t *testing.T) {
	t.Parallel()
	t.Run("both queues end side by side", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			hub, files := &stoppable{takes: 20 * time.Second}, &stoppable{takes: 25 * time.Second}
			began := time.Now()
			require.NoError(t, (&queues{running: []served{hub, files}}).drain(30*time.Second))
			assert.Equal(t, 25*time.Second, time.Since(began))
			assert.True(t, hub.stopped && files.stopped)
		})
	})
	t.Run("a step that heeds nothing does not hold the end up", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			err := (&queues{running: []served{&stoppable{}, &stoppable{takes: time.Hour}}}).drain(30 * time.Second)
			require.ErrorContains(t, err, "still under way")
			assert.Equal(t, 30*time.Second+stopSlack, time.Since(began))
			<-time.After(time.Hour) // lets the step end, in the bubble's own time
		})
	})
}

func TestStartStartsAllQueuesOrNone(t *testing.T) {
	t.Parallel()
	first, second := &stoppable{}, &stoppable{refuses: errors.New("no such namespace")}
	err := (&queues{running: []served{first, second}}).start()
	require.ErrorContains(t, err, "no such namespace")
	assert.True(t, first.stopped)
	assert.False(t, second.stopped)
}

func TestWorkerOptions(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.Drain, settings.HubParallel, settings.FilesParallel = time.Minute, 7, 3

	ctx, fail := context.WithCancelCause(t.Context())
	hub, files := workerOptions(settings, fail)
	assert.Equal(t, time.Minute, hub.WorkerStopTimeout)
	assert.Equal(t, time.Minute, files.WorkerStopTimeout)
	assert.Equal(t, 7, hub.MaxConcurrentActivityExecutionSize)
	assert.Equal(t, 3, files.MaxConcurrentActivityExecutionSize)
	assert.True(t, files.DisableWorkflowWorker)
	for _, options := range []worker.Options{hub, files} {
		assert.Equal(t, 5*time.Second, options.MaxHeartbeatThrottleInterval, "half of what a step may stay silent: the SDK cancels one whose beat is not answered for as long")
	}
	assert.False(t, hub.DeploymentOptions.UseVersioning, "versioning is off without a build id")

	assert.Len(t, hub.Interceptors, 3, "one merchant may have all")

	settings.ClientID = "7"
	hub, files = workerOptions(settings, fail)
	assert.Equal(t, 28, hub.MaxConcurrentActivityExecutionSize)
	assert.Equal(t, 3, files.MaxConcurrentActivityExecutionSize)
	share := func(options worker.Options) int { return options.Interceptors[0].(*activities.Shares).Most }
	assert.Equal(t, 7, share(hub), "of many each has what one alone would have")
	assert.Equal(t, 2, share(files))
	settings.FilesParallel = 2
	_, files = workerOptions(settings, fail)
	assert.Equal(t, 1, share(files), "nobody holds all slots")
	settings.ClientID = ""

	settings.BuildID = "v1.2.3"
	hub, files = workerOptions(settings, fail)
	for _, options := range []worker.Options{hub, files} {
		assert.True(t, options.DeploymentOptions.UseVersioning)
		assert.Equal(t, worker.WorkerDeploymentVersion{DeploymentName: "despacho", BuildID: "v1.2.3"}, options.DeploymentOptions.Version)
		assert.Equal(t, workflow.VersioningBehaviorUnspecified, options.DeploymentOptions.DefaultVersioningBehavior)
	}

	settings.DeploymentName, settings.WorkerBuildID = "shops/despacho-worker", "0.1.0-6f2a"
	hub, files = workerOptions(settings, fail)
	for _, options := range []worker.Options{hub, files} {
		assert.Equal(t, worker.WorkerDeploymentVersion{DeploymentName: "shops/despacho-worker", BuildID: "0.1.0-6f2a"}, options.DeploymentOptions.Version,
			"what the Worker Controller sets counts")
	}

	require.NoError(t, workerFailure(ctx))
	hub.OnFatalError(errors.New("namespace is gone"))
	require.ErrorContains(t, workerFailure(ctx), "namespace is gone")
}

func TestEveryWorkflowDeclaresItsVersioningBehaviour(t *testing.T) {
	t.Parallel()
	temporal, err := client.NewLazyClient(client.Options{})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	settings := validSettings()
	settings.BuildID = "v1"
	fail := func(error) {}

	hub, files, webhooks := steps.All(steps.Dependencies{})
	assert.NotPanics(t, func() { newQueues(temporal, settings, fail).register(workflows.Register, hub, files, webhooks) })
	assert.Panics(t, func() {
		newQueues(temporal, settings, fail).register(func(registry worker.WorkflowRegistry) {
			registry.RegisterWorkflow(func(workflow.Context) error { return nil })
		}, nil, nil, nil)
	}, "a workflow without a behaviour is refused")
}
