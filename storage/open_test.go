package storage_test

import (
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// isolate keeps the settings of the machine that runs the tests out of the tests.
func isolate(t *testing.T) {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_ACCESS_KEY_ID", "test-key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
}

func TestTheStoreIsFoundThroughTheEnvironment(t *testing.T) {
	isolate(t)
	server := storagetest.NewServer(t)
	t.Setenv("AWS_ENDPOINT_URL_S3", server.URL)
	store, err := storage.Open(t.Context(), storage.Config{Bucket: storagetest.Bucket})
	require.NoError(t, err)
	_, err = store.EnsureBucket(t.Context())
	require.NoError(t, err)
	require.NoError(t, store.Put(t.Context(), storage.RunRequest("m", "k"), note{}))
	link, err := store.Link(t.Context(), storage.RunRequest("m", "k"), "request.json")
	require.NoError(t, err)
	address, err := url.Parse(link)
	require.NoError(t, err)
	assert.Equal(t, "/"+storagetest.Bucket+"/runs/m/k/request.json", address.Path)
}

func TestAmazonWantsARegion(t *testing.T) {
	isolate(t)
	_, err := storage.Open(t.Context(), storage.Config{Bucket: storagetest.Bucket})
	assert.ErrorContains(t, err, "AWS_REGION")
}

func TestABucketNameThatS3DoesNotTakeIsRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "ab", "Labels", "labels_1", "a/b", "-labels"} {
		_, err := storage.Open(t.Context(), storage.Config{Bucket: name, AWS: &aws.Config{Region: "us-east-1"}})
		assert.ErrorContains(t, err, "bucket name", name)
	}
}
