package storage

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

const (
	linkLife     = 15 * time.Minute
	readAttempts = 3
)

// Exists reports whether there is an object under key.
func (s *Store) Exists(ctx context.Context, key string) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	_, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key})
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, s.explain("look for", key, err)
}

// Reader streams an object and returns its size in bytes; the caller closes it. If S3's checksum
// does not match, reading fails at the end of the stream.
func (s *Store) Reader(ctx context.Context, key string) (io.ReadCloser, int64, error) {
	output, err := s.open(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	return output.Body, aws.ToInt64(output.ContentLength), nil
}

// ReadAll returns an object's bytes; the error is [ErrTooLarge] if there are more than limit.
func (s *Store) ReadAll(ctx context.Context, key string, limit int64) ([]byte, error) {
	data, _, err := s.readAll(ctx, key, limit)
	return data, err
}

// Place is where a file stands: an object, or a part of one that holds several.
type Place struct {
	Key string
	// From is where it begins in the object, Bytes how long it is; 0 bytes say that it is the whole object.
	From, Bytes int64
}

// ReadPlace returns the bytes of a file; the error is [ErrTooLarge] if there are more than limit.
func (s *Store) ReadPlace(ctx context.Context, place Place, limit int64) ([]byte, error) {
	switch {
	case place.Bytes == 0:
		return s.ReadAll(ctx, place.Key, limit)
	case place.Bytes > limit:
		return nil, s.explain("read", place.Key, ErrTooLarge)
	}
	return s.ReadPart(ctx, place.Key, place.From, place.Bytes)
}

// PlaceReader streams a file, as [Store.Reader] does an object.
func (s *Store) PlaceReader(ctx context.Context, place Place) (io.ReadCloser, int64, error) {
	if place.Bytes == 0 {
		return s.Reader(ctx, place.Key)
	}
	body, err := s.openPart(ctx, place.Key, place.From, place.Bytes)
	return body, place.Bytes, err
}

// ReadPart returns so many bytes of an object from an offset on; the error is [ErrNotFound] if it has fewer.
func (s *Store) ReadPart(ctx context.Context, key string, from, size int64) (data []byte, err error) {
	for range readAttempts {
		data, err = s.readPartOnce(ctx, key, from, size)
		if !IsTransient(err) || ctx.Err() != nil {
			break
		}
	}
	return data, err
}

func (s *Store) readPartOnce(ctx context.Context, key string, from, size int64) ([]byte, error) {
	body, err := s.openPart(ctx, key, from, size)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	data := make([]byte, size)
	if _, err := io.ReadFull(body, data); err != nil {
		return nil, s.explain("read", key, err)
	}
	return data, nil
}

func (s *Store) openPart(ctx context.Context, key string, from, size int64) (io.ReadCloser, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	part := fmt.Sprintf("bytes=%d-%d", from, from+size-1)
	output, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, Range: &part})
	switch {
	case isNotFound(err) || errorCode(err) == "InvalidRange":
		return nil, s.explain("read "+part+" of", key, ErrNotFound)
	case err != nil:
		return nil, s.explain("read", key, err)
	case output.ContentLength != nil && *output.ContentLength != size:
		_ = output.Body.Close()
		return nil, s.explain("read "+part+" of", key, ErrNotFound)
	}
	return output.Body, nil
}

// readAll retries when the connection is cut within an object: the SDK's own retries end where the
// body begins.
func (s *Store) readAll(ctx context.Context, key string, limit int64) (data []byte, etag string, err error) {
	for range readAttempts {
		data, etag, err = s.readOnce(ctx, key, limit)
		if !IsTransient(err) || ctx.Err() != nil {
			break
		}
	}
	return data, etag, err
}

func (s *Store) readOnce(ctx context.Context, key string, limit int64) ([]byte, string, error) {
	output, err := s.open(ctx, key)
	if err != nil {
		return nil, "", err
	}
	defer output.Body.Close()
	size := aws.ToInt64(output.ContentLength)
	if size > limit {
		return nil, "", s.explain("read", key, ErrTooLarge)
	}
	var data bytes.Buffer
	data.Grow(int(size) + bytes.MinRead)
	if _, err := data.ReadFrom(io.LimitReader(output.Body, limit+1)); err != nil {
		return nil, "", s.explain("read", key, err)
	}
	if int64(data.Len()) > limit {
		return nil, "", s.explain("read", key, ErrTooLarge)
	}
	return data.Bytes(), aws.ToString(output.ETag), nil
}

func (s *Store) open(ctx context.Context, key string) (*s3.GetObjectOutput, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	output, err := s.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key})
	if isNotFound(err) {
		err = ErrNotFound
	}
	return output, s.explain("read", key, err)
}

// Link makes an address under which anyone can download the object for 15 minutes, as a file named
// downloadName. Give it only to the person who asked, and do not store it. The error is
// [ErrNotFound] if there is no such object.
func (s *Store) Link(ctx context.Context, key, downloadName string) (string, error) {
	there, err := s.Exists(ctx, key)
	if err != nil {
		return "", err
	}
	if !there {
		return "", s.explain("link to", key, ErrNotFound)
	}
	request, err := s.links.PresignGetObject(ctx, &s3.GetObjectInput{
		Bucket:                     &s.bucket,
		Key:                        &key,
		ResponseContentDisposition: aws.String(mime.FormatMediaType("attachment", map[string]string{"filename": downloadName})),
	}, s3.WithPresignExpires(linkLife))
	if err != nil {
		return "", s.explain("link to", key, err)
	}
	return request.URL, nil
}
