package stack_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	sdk "go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/deploy/local/stack"
)

func TestAStackIsUpAndReadyWhenStartReturns(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Chmod(folder, 0o755)) // as a folder that was there before
	running, err := stack.Start(t.Context(), stack.Options{Dir: folder, Namespace: "packers", Bucket: "labels"})
	require.NoError(t, err)

	t.Run("Temporal takes workflows in the namespace", func(t *testing.T) {
		temporal, err := dial(running)
		require.NoError(t, err)
		defer temporal.Close()
		_, err = temporal.ExecuteWorkflow(t.Context(), sdk.StartWorkflowOptions{TaskQueue: taskQueue}, waitForTimerAndWord)
		require.NoError(t, err)
		assert.Equal(t, "packers", running.Namespace)
	})

	t.Run("a deployment's version is described, although the server starts no workers", func(t *testing.T) {
		temporal, err := dial(running)
		require.NoError(t, err)
		defer temporal.Close()
		versioned := worker.New(temporal, "versioned", worker.Options{DeploymentOptions: worker.DeploymentOptions{
			UseVersioning: true, Version: worker.WorkerDeploymentVersion{DeploymentName: "despacho", BuildID: "one"},
			DefaultVersioningBehavior: workflow.VersioningBehaviorPinned,
		}})
		versioned.RegisterWorkflow(waitForTimerAndWord)
		require.NoError(t, versioned.Start())
		defer versioned.Stop()
		deployment := temporal.WorkerDeploymentClient().GetHandle("despacho")
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			description, err := deployment.DescribeVersion(t.Context(), sdk.WorkerDeploymentDescribeVersionOptions{BuildID: "one"})
			require.NoError(c, err)
			assert.Equal(c, "one", description.Info.Version.BuildID)
		}, patience, 100*time.Millisecond)
	})

	t.Run("the web UI shows its pages and the namespace", func(t *testing.T) {
		assert.Contains(t, get(t, running.UIURL), "<html")
		assert.Contains(t, get(t, running.UIURL+"/api/v1/namespaces/packers"), `"packers"`)
	})

	t.Run("S3 keeps an object and refuses a second one under its key", func(t *testing.T) {
		objects := objectClient(running)
		_, err := objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &running.Bucket})
		require.NoError(t, err)
		require.NoError(t, putOnce(t.Context(), objects, running.Bucket, "first"))
		require.ErrorContains(t, putOnce(t.Context(), objects, running.Bucket, "second"), "PreconditionFailed")
		assert.Equal(t, "first", read(t, objects, running.Bucket))
	})

	t.Run("only its owner reads what it keeps, in whatever folder", func(t *testing.T) {
		inside, err := os.ReadDir(folder)
		require.NoError(t, err)
		require.NotEmpty(t, inside)
		for _, one := range inside {
			about, err := one.Info()
			require.NoError(t, err)
			assert.Zero(t, about.Mode().Perm()&0o077, one.Name())
		}
	})

	t.Run("another server of the process gets a port that is remembered", func(t *testing.T) {
		listener, err := running.Listen("sandbox", 0, 0)
		require.NoError(t, err)
		at := listener.Addr().String()
		require.NoError(t, listener.Close())
		again, err := running.Listen("sandbox", 0, 0)
		require.NoError(t, err)
		defer again.Close()
		assert.Equal(t, at, again.Addr().String())
	})

	t.Run("stopped and started again it has the same addresses, names and keys", func(t *testing.T) {
		running.Stop()
		again, err := stack.Start(t.Context(), stack.Options{Dir: folder})
		require.NoError(t, err)
		defer again.Stop()
		assert.Equal(t, running.TemporalAddress, again.TemporalAddress)
		assert.Equal(t, running.UIURL, again.UIURL)
		assert.Equal(t, running.S3Endpoint, again.S3Endpoint)
		assert.Equal(t, "packers", again.Namespace)
		assert.Equal(t, "first", read(t, objectClient(again), again.Bucket))
	})
}

func TestAKilledStackGoesOn(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	killed := startChild(t, folder)

	temporal, err := dial(killed.Stack)
	require.NoError(t, err)
	_, err = temporal.ExecuteWorkflow(t.Context(),
		sdk.StartWorkflowOptions{ID: "one", TaskQueue: taskQueue}, waitForTimerAndWord)
	require.NoError(t, err)
	waitForEvent(t, temporal, enumspb.EVENT_TYPE_TIMER_STARTED)
	temporal.Close()
	objects := objectClient(killed.Stack)
	_, err = objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &killed.Bucket})
	require.NoError(t, err)
	require.NoError(t, putOnce(t.Context(), objects, killed.Bucket, "kept"))
	killed.kill()

	killedAgain := startChild(t, folder)
	assert.Equal(t, killed.Stack, killedAgain.Stack, "addresses, names and keys stay")
	killedAgain.kill()

	goesOn := startChild(t, folder)
	temporal, err = dial(goesOn.Stack)
	require.NoError(t, err)
	defer temporal.Close()
	waitForEvent(t, temporal, enumspb.EVENT_TYPE_TIMER_FIRED)
	require.NoError(t, temporal.SignalWorkflow(t.Context(), "one", "", "word", "done"))
	var word string
	require.NoError(t, temporal.GetWorkflow(t.Context(), "one", "").Get(t.Context(), &word))
	assert.Equal(t, "done", word)
	assert.Equal(t, "kept", read(t, objectClient(goesOn.Stack), goesOn.Bucket))
}

func TestAFolderInUseIsRefused(t *testing.T) {
	folder := t.TempDir()
	startChild(t, folder)
	_, err := stack.Start(t.Context(), stack.Options{Dir: folder})
	require.ErrorIs(t, err, stack.ErrInUse)
	require.ErrorContains(t, err, folder)
}

// waitForEvent follows the workflow's history until it shows such an event.
func waitForEvent(t *testing.T, temporal sdk.Client, wanted enumspb.EventType) {
	t.Helper()
	history := temporal.GetWorkflowHistory(t.Context(), "one", "", true, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(t, err)
		if event.GetEventType() == wanted {
			return
		}
	}
	require.Fail(t, "the workflow ended", "without %s", wanted)
}

func objectClient(running *stack.Stack) *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: &running.S3Endpoint,
		Region:       stack.Region,
		Credentials:  credentials.NewStaticCredentialsProvider(running.AccessKey, running.SecretKey, ""),
		UsePathStyle: true,
	})
}

const objectKey = "runs/a/b.txt"

func putOnce(ctx context.Context, objects *s3.Client, bucket, content string) error {
	_, err := objects.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &bucket, Key: aws.String(objectKey), Body: strings.NewReader(content), IfNoneMatch: aws.String("*"),
	})
	return err
}

func read(t *testing.T, objects *s3.Client, bucket string) string {
	t.Helper()
	object, err := objects.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String(objectKey)})
	require.NoError(t, err)
	defer object.Body.Close()
	content, err := io.ReadAll(object.Body)
	require.NoError(t, err)
	return string(content)
}

func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(content)
}
