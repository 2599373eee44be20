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

// ErrUnconditional is the answer when the server writes what a condition forbids it to write:
// two workers could ask for a label twice there, or use a refresh token twice.
var ErrUnconditional = errors.New("the server does not honour conditional writes")

// probeDeletion is how long the object of a try may take to be deleted.
const probeDeletion = 5 * time.Second

// probeKey is an object of one try. No id comes to stand in a key as !probe, so it is nobody's;
// it lies where the gateway may write, and goes with the raw files if it cannot be deleted.
func probeKey() string { return kindRaw + "/!probe/notices/" + uuid.NewString() + ".json" }

// CheckConditions tries whether the server honours If-None-Match and If-Match, with four small
// requests about an object of its own; [ErrUnconditional] says which it does not. Where the
// credentials do not permit to try, a note for the operator says so instead.
func (s *Store) CheckConditions(ctx context.Context) (note string, err error) {
	key := probeKey()
	if _, err = s.put(ctx, key, jsonType, []byte("1"), func(*s3.PutObjectInput) {}); err == nil {
		defer s.deleteProbe(ctx, key)
		err = s.tryConditions(ctx, key)
	}
	if status(err) == http.StatusForbidden && code(err) == "AccessDenied" {
		return "conditional writes could not be tried in bucket " + s.bucket + ": these credentials may not read and write raw/!probe/*", nil
	}
	if errors.Is(err, ErrUnconditional) {
		return "", err
	}
	return "", s.explain("try conditional writes at", key, err)
}

func (s *Store) tryConditions(ctx context.Context, key string) error {
	var ignored []string
	for _, try := range []struct {
		name string
		set  func(*s3.PutObjectInput)
	}{
		{"If-None-Match", onlyNew},
		{"If-Match", func(input *s3.PutObjectInput) { input.IfMatch = aws.String(`"00000000000000000000000000000000"`) }},
	} {
		_, err := s.put(ctx, key, jsonType, []byte("2"), try.set)
		switch {
		case isPreconditionFailed(err):
		case err == nil, status(err) == http.StatusNotImplemented:
			ignored = append(ignored, try.name)
		default:
			return err
		}
	}
	if len(ignored) == 0 {
		return nil
	}
	return &failure{
		words: "storage: bucket " + s.bucket + " on " + s.host + ": the server does not honour " + strings.Join(ignored, " and ") +
			" when it writes, so two workers could ask for a label twice or use a refresh token twice: " +
			"use a server that does, such as Amazon S3, MinIO or versitygw, or its newest version",
		cause: ErrUnconditional,
	}
}

// deleteProbe takes the object away where it may, also when the try was ended.
func (s *Store) deleteProbe(ctx context.Context, key string) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeDeletion)
	defer cancel()
	_ = s.Delete(bounded, key)
}
