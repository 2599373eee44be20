package stack_test

import (
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestTheS3ServerKeepsWhatTheLabelStoreNeeds(t *testing.T) {
	running := startChild(t, filepath.Join(t.TempDir(), "data"))
	store, err := storage.Open(t.Context(), storage.Config{Bucket: running.Bucket, AWS: &aws.Config{
		Region: stack.Region, BaseEndpoint: &running.S3Endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(running.AccessKey, running.SecretKey, ""),
	}})
	require.NoError(t, err)
	storagetest.Suite(t, store)
}
