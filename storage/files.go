package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/despacho/despacho/storage/scratch"
)

// File is a file in the store.
type File struct {
	Key    string `json:"key"`
	SHA256 string `json:"sha256"` // hex, of the whole file
	Bytes  int64  `json:"bytes"`
}

const (
	// inMemory is the size up to which a stream is kept in memory while it is hashed.
	inMemory = 1 << 20
	// sumMetadata is the metadata name under which an object holds its whole SHA-256.
	sumMetadata = "sha256"
)

// PutBytes stores a small file under a key made of prefix, the first 12 hex digits of its SHA-256
// and extension (".pdf"). If the file is already there, it is left as it is; the error is
// [ErrCollision] if a different one is.
func (s *Store) PutBytes(ctx context.Context, prefix, extension, contentType string, data []byte) (File, error) {
	return s.PutFile(ctx, prefix, extension, contentType, bytes.NewReader(data))
}

// FileOf is the file that [Store.PutBytes] would make of data with this SHA-256 (hex), without storing it.
func FileOf(prefix, extension, sum string, size int64) (File, error) {
	if len(sum) != sha256.Size*2 {
		return File{}, fmt.Errorf("storage: %.80q: %w: it is no SHA-256", sum, ErrKey)
	}
	key, err := fileKey(prefix, sum, extension)
	return File{Key: key, SHA256: sum, Bytes: size}, err
}

// PutStream stores everything that source gives, as [Store.PutBytes] does. More than 1 MiB goes
// through a temporary file, because the key is known only at the end.
func (s *Store) PutStream(ctx context.Context, prefix, extension, contentType string, source io.Reader) (File, error) {
	start, err := io.ReadAll(io.LimitReader(source, inMemory+1))
	if err != nil {
		return File{}, fmt.Errorf("storage: read a file for %s: %w", prefix, err)
	}
	if len(start) <= inMemory {
		return s.PutBytes(ctx, prefix, extension, contentType, start)
	}
	temporary, err := scratch.Create(s.tempDir)
	if err != nil {
		return File{}, fmt.Errorf("storage: %w", err)
	}
	defer func() { _ = temporary.Close() }()
	if _, err := io.Copy(temporary, io.MultiReader(bytes.NewReader(start), source)); err != nil {
		return File{}, fmt.Errorf("storage: write a file for %s to a temporary file: %w", prefix, err)
	}
	return s.PutFile(ctx, prefix, extension, contentType, temporary)
}

// PutFile stores a file that can be read twice, from its beginning, as [Store.PutBytes] does. It is
// never whole in memory; files of 8 MiB or more are uploaded in parts.
func (s *Store) PutFile(ctx context.Context, prefix, extension, contentType string, source io.ReadSeeker) (File, error) {
	sum, size, err := digest(source)
	if err != nil {
		return File{}, fmt.Errorf("storage: read a file for %s: %w", prefix, err)
	}
	file := File{SHA256: hex.EncodeToString(sum), Bytes: size}
	if file.Key, err = fileKey(prefix, file.SHA256, extension); err != nil {
		return File{}, err
	}
	upload := s.upload
	if size >= partBytes {
		upload = s.uploadInParts
	}
	err = upload(ctx, file, contentType, sum, source)
	if isPreconditionFailed(err) {
		if there, failed := s.hasFile(ctx, file); there || failed != nil {
			err = failed
		}
	}
	if err != nil {
		return File{}, s.explain("write", file.Key, err)
	}
	return file, nil
}

func (s *Store) upload(ctx context.Context, file File, contentType string, sum []byte, source io.Reader) error {
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{
		Bucket:         &s.bucket,
		Key:            &file.Key,
		Body:           source,
		ContentType:    &contentType,
		ChecksumSHA256: aws.String(base64.StdEncoding.EncodeToString(sum)),
		Metadata:       map[string]string{sumMetadata: file.SHA256},
		IfNoneMatch:    aws.String("*"),
	})
	return err
}

// uploadInParts first looks whether the file is there, because the server checks the condition only
// after all parts were sent.
func (s *Store) uploadInParts(ctx context.Context, file File, contentType string, _ []byte, source io.Reader) error {
	there, err := s.hasFile(ctx, file)
	if there || err != nil {
		return err
	}
	_, err = s.transfer.UploadObject(ctx, &transfermanager.UploadObjectInput{
		Bucket:      &s.bucket,
		Key:         &file.Key,
		Body:        source,
		ContentType: &contentType,
		Metadata:    map[string]string{sumMetadata: file.SHA256},
		IfNoneMatch: aws.String("*"),
	})
	return err
}

// hasFile reports whether the file is stored, and fails if a different one is: twelve digits of a
// SHA-256 may collide by chance, and one label must never be taken for another.
func (s *Store) hasFile(ctx context.Context, file File) (bool, error) {
	head, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &file.Key})
	if isNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sum, told := head.Metadata[sumMetadata]
	if aws.ToInt64(head.ContentLength) != file.Bytes || told && sum != file.SHA256 {
		return false, ErrCollision
	}
	return true, nil
}

// digest hashes source from its beginning and rewinds it.
func digest(source io.ReadSeeker) (sum []byte, size int64, err error) {
	if _, err := source.Seek(0, io.SeekStart); err != nil {
		return nil, 0, err
	}
	hash := sha256.New()
	if size, err = io.Copy(hash, source); err != nil {
		return nil, 0, err
	}
	_, err = source.Seek(0, io.SeekStart)
	return hash.Sum(nil), size, err
}
