package storage

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// EnsureBucket makes the bucket and the expiry rules of its kinds if they are missing and the
// server permits it. It may run any number of times, also concurrently. Notes are sentences for the
// operator about what it could not do; that the server offers no expiry rules is noted once per
// store, and [Store.Expire] then does their work.
func (s *Store) EnsureBucket(ctx context.Context) (notes []string, err error) {
	note, err := s.ensureExists(ctx)
	if err != nil {
		return nil, err
	}
	if note != "" {
		notes = append(notes, note)
	}
	note, err = s.ensureExpiry(ctx)
	if note != "" {
		notes = append(notes, note)
	}
	return notes, err
}

func (s *Store) ensureExists(ctx context.Context) (note string, err error) {
	err = s.lookAtBucket(ctx)
	if httpStatus(err) == http.StatusForbidden {
		return "bucket " + s.bucket + ": these credentials may not look at it, so despacho assumes that it exists", nil
	}
	if httpStatus(err) != http.StatusNotFound {
		return "", s.explain("check the bucket", "", err)
	}
	err = s.createBucket(ctx)
	var ours *types.BucketAlreadyOwnedByYou
	var taken *types.BucketAlreadyExists
	switch {
	case errors.As(err, &ours):
		return "", nil
	case errors.As(err, &taken) && s.lookAtBucket(ctx) == nil:
		return "", nil
	case errors.As(err, &taken):
		return "", &plainError{words: "storage: bucket " + s.bucket + " belongs to another AWS account: choose another name", cause: err}
	}
	return "", s.explain("make the bucket", "", err)
}

func (s *Store) lookAtBucket(ctx context.Context) error {
	_, err := s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.bucket})
	return err
}

func (s *Store) createBucket(ctx context.Context) error {
	input := &s3.CreateBucketInput{Bucket: &s.bucket}
	// us-east-1 is the only region that S3 does not accept as a constraint.
	if s.region != defaultRegion {
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(s.region),
		}
	}
	_, err := s.client.CreateBucket(ctx, input)
	return err
}
