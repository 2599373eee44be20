// Package storage is despacho's label store: every object that it keeps on S3, and the only place
// that knows their keys.
//
// Begin with [Open]; [Store.EnsureBucket] makes what is missing. Files are written with
// [Store.PutBytes], [Store.PutFile] or [Store.PutStream] under a key that contains their SHA-256;
// small JSON with [Store.PutOnce], [Store.Put] or [Store.PutIf] under a key made in keys.go.
//
// It promises that two ids never share a key, that a file is never replaced by a different one,
// that of several writers of PutOnce exactly one is first, and that the bucket stays private:
// people get files through [Store.Link].
package storage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Config says where the label store is.
type Config struct {
	// Bucket holds all objects. Required.
	Bucket string
	// AWS is the SDK's configuration; nil reads AWS_* as the SDK does. (AWS_ENDPOINT_URL_S3 sets
	// another S3 server, which is then addressed in path style.)
	AWS *aws.Config
	// TempDir holds large files while they are hashed; empty means the system's.
	TempDir string
	// Ages say how long each kind of object is kept; zero fields mean [DefaultAges].
	Ages Ages
}

// Store reads and writes the objects of one bucket. Safe for concurrent use.
type Store struct {
	client   *s3.Client
	transfer *transfermanager.Client
	links    *s3.PresignClient
	bucket   string
	region   string
	host     string
	tempDir  string
	ages     Ages

	expiryNoted atomic.Bool
}

const (
	// partBytes is the size of a part of a multipart upload, and the size from which files are
	// uploaded in parts.
	partBytes         = 8 << 20
	uploadConcurrency = 3
	idleConnections   = 64
	// defaultRegion is the region for signatures to servers other than Amazon's if none is set.
	defaultRegion = "us-east-1"
)

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// Open prepares a store without calling a server. It fails if the bucket's name or the AWS settings
// cannot be used.
func Open(ctx context.Context, settings Config) (*Store, error) {
	if !bucketName.MatchString(settings.Bucket) {
		return nil, fmt.Errorf("storage: bucket name %q: it must have 3 to 63 small letters, digits, dots or hyphens", settings.Bucket)
	}
	awsConfig, err := awsConfiguration(ctx, settings.AWS)
	if err != nil {
		return nil, err
	}
	client := s3.NewFromConfig(awsConfig, clientOptions)
	options := client.Options()
	if options.Region == "" {
		return nil, errors.New("storage: no AWS region: set AWS_REGION (or AWS_ENDPOINT_URL_S3 for another S3)")
	}
	return &Store{
		client:   client,
		transfer: newTransfer(client),
		links:    s3.NewPresignClient(client),
		bucket:   settings.Bucket,
		region:   options.Region,
		host:     serverName(options.BaseEndpoint),
		tempDir:  settings.TempDir,
		ages:     settings.Ages.orDefault(),
	}, nil
}

// Bucket returns the name of the store's bucket.
func (s *Store) Bucket() string { return s.bucket }

func awsConfiguration(ctx context.Context, given *aws.Config) (aws.Config, error) {
	if given == nil {
		keys, err := keysFromFiles()
		if err != nil {
			return aws.Config{}, fmt.Errorf("storage: %w", err)
		}
		loaded, err := config.LoadDefaultConfig(ctx, config.WithHTTPClient(newHTTPClient()), config.WithCredentialsProvider(keys))
		if err != nil {
			return aws.Config{}, fmt.Errorf("storage: cannot read the AWS settings, check AWS_*: %w", err)
		}
		return loaded, nil
	}
	copied := given.Copy()
	if copied.HTTPClient == nil {
		copied.HTTPClient = newHTTPClient()
	}
	return copied, nil
}

// newHTTPClient bounds each step but not a whole transfer: large files may take long, and the
// caller's context ends those that take too long.
func newHTTPClient() *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithDialerOptions(func(dialer *net.Dialer) { dialer.Timeout = 10 * time.Second }).
		WithTransportOptions(func(transport *http.Transport) {
			transport.MaxIdleConns = 2 * idleConnections
			transport.MaxIdleConnsPerHost = idleConnections
			transport.IdleConnTimeout = 90 * time.Second
			transport.TLSHandshakeTimeout = 10 * time.Second
			transport.ResponseHeaderTimeout = 30 * time.Second
		})
}

func clientOptions(options *s3.Options) {
	if options.BaseEndpoint != nil {
		options.UsePathStyle = true
		if options.Region == "" {
			options.Region = defaultRegion
		}
	}
	options.DisableLogOutputChecksumValidationSkipped = true
	options.Retryer = retry.AddWithErrorCodes(options.Retryer, codesOfACollision...)
}

func newTransfer(client *s3.Client) *transfermanager.Client {
	return transfermanager.New(client, func(options *transfermanager.Options) {
		options.PartSizeBytes = partBytes
		options.MultipartUploadThreshold = partBytes
		options.Concurrency = uploadConcurrency
		options.FailTimeout = 10 * time.Second
		options.RequestChecksumCalculation = client.Options().RequestChecksumCalculation
	})
}

// serverName names the server in errors, without the other parts of an endpoint's address.
func serverName(endpoint *string) string {
	address, err := url.Parse(aws.ToString(endpoint))
	if err != nil || address.Host == "" {
		return "Amazon S3"
	}
	return address.Host
}
