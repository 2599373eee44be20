package storage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/samber/lo"
)

// Object is one entry of a list.
type Object struct {
	Key      string
	Bytes    int64
	Modified time.Time
	// ETag is another one after each change; empty where the server lists none.
	ETag string
}

// deletePage is how many keys S3 deletes in one call.
const deletePage = 1000

// List calls each for every object whose key starts with prefix, page by page in the order of the
// keys. It stops at the first error of each and returns it unchanged.
func (s *Store) List(ctx context.Context, prefix string, each func(Object) error) error {
	if err := checkPrefix(prefix); err != nil {
		return err
	}
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return s.explain("list", prefix, err)
		}
		for _, entry := range page.Contents {
			object := Object{Key: aws.ToString(entry.Key), Bytes: aws.ToInt64(entry.Size), Modified: aws.ToTime(entry.LastModified), ETag: aws.ToString(entry.ETag)}
			if err := each(object); err != nil {
				return err
			}
		}
	}
	return nil
}

// Page is a part of a list.
type Page struct {
	Objects []Object
	// More: there are further objects behind the last one.
	More bool
	// At is when the server answered, by its own clock; zero where it does not say.
	At time.Time
}

// ListAfter is a page of the objects whose key starts with prefix, in the order of their keys: those behind the key
// after ("" from the first), at most so many (up to 1,000).
func (s *Store) ListAfter(ctx context.Context, prefix, after string, most int) (Page, error) {
	if err := checkPrefix(prefix); err != nil {
		return Page{}, err
	}
	input := &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix, MaxKeys: aws.Int32(int32(most))}
	if after != "" {
		input.StartAfter = &after
	}
	output, err := s.client.ListObjectsV2(ctx, input)
	if err != nil {
		return Page{}, s.explain("list", prefix, err)
	}
	page := Page{More: aws.ToBool(output.IsTruncated)}
	page.At, _ = awsmiddleware.GetServerTime(output.ResultMetadata)
	for _, entry := range output.Contents {
		page.Objects = append(page.Objects, Object{Key: aws.ToString(entry.Key), Bytes: aws.ToInt64(entry.Size), Modified: aws.ToTime(entry.LastModified)})
	}
	return page, nil
}

// Delete removes objects; a missing one is not an error.
func (s *Store) Delete(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		if err := checkKey(key); err != nil {
			return err
		}
	}
	for page := range slices.Chunk(keys, deletePage) {
		output, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &s.bucket,
			Delete: &types.Delete{
				Quiet: aws.Bool(true),
				Objects: lo.Map(page, func(key string, _ int) types.ObjectIdentifier {
					return types.ObjectIdentifier{Key: aws.String(key)}
				}),
			},
		})
		if err != nil {
			return s.explain("delete", page[0], err)
		}
		if len(output.Errors) > 0 {
			first := output.Errors[0]
			return s.explain("delete", aws.ToString(first.Key), fmt.Errorf("%d of %d objects could not be deleted: %s %s",
				len(output.Errors), len(page), aws.ToString(first.Code), aws.ToString(first.Message)))
		}
	}
	return nil
}
