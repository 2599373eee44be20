package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	jsonType = "application/json"
	// maxJSON bounds what Get reads: a manifest of 10,000 orders has about 10 MB.
	maxJSON = 64 << 20
)

// Put writes value as JSON under a key, replacing any earlier object.
func (s *Store) Put(ctx context.Context, key string, value any) error {
	data, err := encode(key, value)
	if err != nil {
		return err
	}
	_, err = s.put(ctx, key, jsonType, data, func(*s3.PutObjectInput) {})
	return s.explain("write", key, err)
}

// PutOnce writes value (a pointer) as JSON under a key unless an object is there already; then it
// fills value from that object and returns true. So the first writer decides, and a writer whose
// answer was lost finds its own object.
func (s *Store) PutOnce(ctx context.Context, key string, value any) (existed bool, err error) {
	if reflect.ValueOf(value).Kind() != reflect.Pointer {
		return false, fmt.Errorf("storage: write %s: PutOnce takes a pointer, not %T", key, value)
	}
	data, err := encode(key, value)
	if err != nil {
		return false, err
	}
	existed, err = s.PutBytesOnce(ctx, key, jsonType, data)
	if err != nil || !existed {
		return existed, err
	}
	return true, s.Get(ctx, key, value)
}

// PutBytesOnce writes data under a key unless an object is there already; then it leaves that as it
// is and returns true.
func (s *Store) PutBytesOnce(ctx context.Context, key, contentType string, data []byte) (existed bool, err error) {
	_, err = s.put(ctx, key, contentType, data, ifAbsent)
	if isPreconditionFailed(err) {
		return true, nil
	}
	return false, s.explain("write", key, err)
}

// PutIf writes value as JSON if the object is still the version that etag names (from
// [Store.GetTagged]; "" if it must not exist yet) and returns the new etag; otherwise the error is
// [ErrChanged].
func (s *Store) PutIf(ctx context.Context, key string, value any, etag string) (string, error) {
	data, err := encode(key, value)
	if err != nil {
		return "", err
	}
	condition := ifAbsent
	if etag != "" {
		condition = func(input *s3.PutObjectInput) { input.IfMatch = &etag }
	}
	newTag, err := s.put(ctx, key, jsonType, data, condition)
	if isPreconditionFailed(err) || isNotFound(err) {
		return s.isOwnWrite(ctx, key, data)
	}
	return newTag, s.explain("write", key, err)
}

// isOwnWrite decides about a refused conditional write: the SDK may have sent it twice because the
// first answer was lost, and then the object there is ours.
func (s *Store) isOwnWrite(ctx context.Context, key string, data []byte) (string, error) {
	there, etag, err := s.readAll(ctx, key, maxJSON)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", err
	}
	if err != nil || !bytes.Equal(there, data) {
		return "", s.explain("write", key, ErrChanged)
	}
	return etag, nil
}

// Get fills value (a pointer) from the JSON under key; the error is [ErrNotFound] if there is none.
func (s *Store) Get(ctx context.Context, key string, value any) error {
	_, err := s.GetTagged(ctx, key, value)
	return err
}

// GetTagged is Get that also returns the object's etag, for [Store.PutIf].
func (s *Store) GetTagged(ctx context.Context, key string, value any) (etag string, err error) {
	data, etag, err := s.readAll(ctx, key, maxJSON)
	if err != nil {
		return "", err
	}
	return etag, decode(key, data, value)
}

func ifAbsent(input *s3.PutObjectInput) { input.IfNoneMatch = aws.String("*") }

func (s *Store) put(ctx context.Context, key, contentType string, data []byte, condition func(*s3.PutObjectInput)) (etag string, err error) {
	if err := checkKey(key); err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	input := &s3.PutObjectInput{
		Bucket:         &s.bucket,
		Key:            &key,
		Body:           bytes.NewReader(data),
		ContentType:    &contentType,
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum[:])),
	}
	condition(input)
	output, err := s.client.PutObject(ctx, input)
	if err != nil {
		return "", err
	}
	return aws.ToString(output.ETag), nil
}

func encode(key string, value any) ([]byte, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("storage: write %s: the value cannot be written as JSON: %w", key, err)
	}
	return data, nil
}

// decode empties value first, so that nothing of its earlier content remains where the JSON has no
// field.
func decode(key string, data []byte, value any) error {
	target := reflect.ValueOf(value)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("storage: read %s: a pointer is needed, not %T", key, value)
	}
	target.Elem().SetZero()
	if err := json.Unmarshal(data, value); err != nil {
		return fmt.Errorf("storage: read %s: the object is not the JSON that was expected, look at it: %w", key, err)
	}
	return nil
}
