package storage_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestAFileGoesUpWithTypeChecksumAndCondition(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	var sent http.Header
	server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject {
			sent = r.Header.Clone()
		}
		return storagetest.Fault{}
	})
	_, err := store.PutBytes(t.Context(), storage.RawPrefix("m", "c"), ".pdf", "application/pdf", []byte("%PDF"))
	require.NoError(t, err)
	sum := sha256.Sum256([]byte("%PDF"))
	assert.Equal(t, "application/pdf", sent.Get("Content-Type"))
	assert.Equal(t, base64.StdEncoding.EncodeToString(sum[:]), sent.Get("X-Amz-Checksum-Sha256"))
	assert.Equal(t, "*", sent.Get("If-None-Match"))
	assert.Empty(t, sent.Get("X-Amz-Acl"), "objects are private")
}

func TestPartsCarryChecksumsAndTheLastCallTheCondition(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	sent := make(chan http.Header, 10)
	server.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.UploadPart || call == storagetest.CompleteUpload {
			sent <- r.Header.Clone()
		}
		return storagetest.Fault{}
	})
	_, err := store.PutBytes(t.Context(), storage.RawPrefix("m", "c"), ".zip", "application/zip", make([]byte, 20<<20))
	require.NoError(t, err)
	close(sent)
	var parts, conditions int
	for header := range sent {
		if header.Get("X-Amz-Checksum-Crc32") != "" {
			parts++
		}
		if header.Get("If-None-Match") == "*" {
			conditions++
		}
	}
	assert.Equal(t, 3, parts)
	assert.Equal(t, 1, conditions)
}

func TestALargeFileThatIsThereIsNotSentAgain(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	for range 2 {
		_, err := store.PutBytes(t.Context(), storage.RawPrefix("m", "c"), ".zip", "application/zip", make([]byte, 8<<20))
		require.NoError(t, err)
	}
	assert.Equal(t, 1, server.Calls()[storagetest.CreateUpload])
}

func TestALargeFileThatFailsLeavesNoParts(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	server.InjectFaults(each(storagetest.UploadPart, storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}))
	_, err := store.PutBytes(t.Context(), storage.RawPrefix("m", "c"), ".zip", "application/zip", make([]byte, 8<<20))
	require.ErrorContains(t, err, "do not permit")
	assert.Equal(t, 1, server.Calls()[storagetest.AbortUpload])
}

func TestAFileIsReadFromItsBeginning(t *testing.T) {
	t.Parallel()
	_, store := started(t)
	source := strings.NewReader("the whole file")
	_, err := io.CopyN(io.Discard, source, 4)
	require.NoError(t, err)
	file, err := store.PutFile(t.Context(), storage.RawPrefix("m", "c"), ".txt", "text/plain", source)
	require.NoError(t, err)
	read, err := store.ReadAll(t.Context(), file.Key, 100)
	require.NoError(t, err)
	assert.Equal(t, "the whole file", string(read))
}

func TestALargeStreamLeavesNoTemporaryFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	store := storagetest.NewServer(t).Open(t, storage.Config{TempDir: folder})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	file, err := store.PutStream(t.Context(), storage.RawPrefix("m", "c"), ".zip", "application/zip", io.LimitReader(bytes.NewReader(make([]byte, 3<<20)), 2<<20))
	require.NoError(t, err)
	assert.EqualValues(t, 2<<20, file.Bytes)
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestAnotherFileUnderTheSameKeyIsNeverTakenForThisOne(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	file, err := store.PutBytes(t.Context(), storage.LabelPrefix("m", "c"), ".zpl", "application/zpl", []byte("^XA^XZ"))
	require.NoError(t, err)
	overwrite(t, server, file.Key, "^XA^FDother^XZ")
	_, err = store.PutBytes(t.Context(), storage.LabelPrefix("m", "c"), ".zpl", "application/zpl", []byte("^XA^XZ"))
	assert.ErrorIs(t, err, storage.ErrCollision)
	assert.False(t, storage.IsTransient(err))
}

// overwrite writes an object without going through the store.
func overwrite(t *testing.T, server *storagetest.Server, key, content string) {
	t.Helper()
	bucket := storagetest.Bucket
	_, err := s3.NewFromConfig(*server.AWS(), func(o *s3.Options) { o.UsePathStyle = true }).
		PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(content)})
	require.NoError(t, err)
}

func TestALinkLivesFifteenMinutes(t *testing.T) {
	t.Parallel()
	_, store := started(t)
	key := storage.ManifestCSV("m", "k")
	existed, err := store.PutBytesOnce(t.Context(), key, "text/csv", []byte("position\n"))
	require.NoError(t, err)
	assert.False(t, existed)
	link, err := store.Link(t.Context(), key, "lista\r\n.csv")
	require.NoError(t, err)
	address, err := url.Parse(link)
	require.NoError(t, err)
	assert.Equal(t, "900", address.Query().Get("X-Amz-Expires"))
	assert.NotContains(t, address.Query().Get("response-content-disposition"), "\n")
}

func TestAnObjectThatIsNoJSONIsNamed(t *testing.T) {
	t.Parallel()
	_, store := started(t)
	key := storage.ManifestCSV("m", "k")
	_, err := store.PutBytesOnce(t.Context(), key, "text/csv", []byte("position\n"))
	require.NoError(t, err)
	assert.ErrorContains(t, store.Get(t.Context(), key, &note{}), key)
	assert.ErrorContains(t, store.Get(t.Context(), key, note{}), "pointer")
	assert.ErrorContains(t, store.Put(t.Context(), key, make(chan int)), key)
	_, err = store.PutOnce(t.Context(), key, note{})
	assert.ErrorContains(t, err, "pointer")
}
