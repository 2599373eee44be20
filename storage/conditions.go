package storage

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/uuid"
)

// ErrUnconditional means that the server ignores the conditions of writes: two workers could then
// request a label twice, or use a refresh token twice.
var ErrUnconditional = errors.New("the server does not honour conditional writes")

// probeDeletion is how long deleting a test object may take.
const probeDeletion = 5 * time.Second

// probeKey is the key of one test object. No id becomes !probe in a key, so it belongs to nobody.
// It is where the gateway may write, and expires with the raw files if it cannot be deleted.
func probeKey() string { return kindRaw + "/!probe/notifications/" + uuid.NewString() + ".json" }

// CheckConditions tests whether the server honours If-None-Match and If-Match, with four small
// requests about an object of its own. The error wraps [ErrUnconditional] and says which one it
// ignores. If the credentials do not permit the test, or the store is full, a note for the operator says so instead.
func (s *Store) CheckConditions(ctx context.Context) (note string, err error) {
	key := probeKey()
	if _, err = s.put(ctx, key, jsonType, []byte("1"), func(*s3.PutObjectInput) {}); err == nil {
		defer s.deleteProbe(ctx, key)
		err = s.tryConditions(ctx, key)
	}
	if httpStatus(err) == http.StatusForbidden && errorCode(err) == "AccessDenied" {
		return "conditional writes could not be tested in bucket " + s.bucket + ": these credentials may not read and write raw/!probe/*", nil
	}
	if IsFull(err) {
		return "conditional writes could not be tested in bucket " + s.bucket + ": the label store is full; make room on its disk, or raise its quota", nil
	}
	if errors.Is(err, ErrUnconditional) {
		return "", err
	}
	return "", s.explain("test conditional writes at", key, err)
}

func (s *Store) tryConditions(ctx context.Context, key string) error {
	var ignored []string
	for _, try := range []struct {
		name string
		set  func(*s3.PutObjectInput)
	}{
		{"If-None-Match", ifAbsent},
		{"If-Match", func(input *s3.PutObjectInput) { input.IfMatch = aws.String(`"00000000000000000000000000000000"`) }},
	} {
		_, err := s.put(ctx, key, jsonType, []byte("2"), try.set)
		switch {
		case isPreconditionFailed(err):
		case err == nil, httpStatus(err) == http.StatusNotImplemented:
			ignored = append(ignored, try.name)
		default:
			return err
		}
	}
	if len(ignored) == 0 {
		return nil
	}
	return &plainError{
		words: "storage: bucket " + s.bucket + " on " + s.host + ": the server does not honour " + strings.Join(ignored, " and ") +
			" when it writes, so two workers could request a label twice or use a refresh token twice: " +
			"use one that does, such as Amazon S3, MinIO or versitygw, or update this one",
		cause: ErrUnconditional,
	}
}

// deleteProbe deletes the test object if it may, even when the test was cancelled.
func (s *Store) deleteProbe(ctx context.Context, key string) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeDeletion)
	defer cancel()
	_ = s.Delete(bounded, key)
}
