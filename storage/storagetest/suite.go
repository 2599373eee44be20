package storagetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/despacho/despacho/storage"
)

const (
	listed     = 1005 // one page of S3 has 1,000
	concurrent = 32
	inParts    = 9 << 20 // from 8 MiB on a file goes up in parts
)

// record is a small JSON object such as despacho stores many of.
type record struct {
	Owner string `json:"owner"`
	Note  string `json:"note,omitempty"`
}

// contract is a server's store and a merchant that no other run of the suite uses.
type contract struct {
	store    *storage.Store
	merchant string
}

// Suite tests that a store keeps what its documentation promises; every S3 server on which despacho
// runs must pass. It makes the bucket if it is missing and removes what it wrote.
func Suite(t *testing.T, store *storage.Store) {
	t.Helper()
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	c := contract{store: store, merchant: "suite-" + uuid.NewString()}
	defer c.removeAll(t)

	t.Run("the bucket can be made any number of times at once", c.ensureAgain)
	t.Run("a file is stored under its hash and reads back as it was", c.fileReadsBack)
	t.Run("a part of a file reads back as it was", c.partReadsBack)
	t.Run("the same file again is the same object", c.fileTwice)
	t.Run("a large stream goes up in parts, also twice at once, and reads back as it was", c.largeStream)
	t.Run("what is put once stays with the first writer", c.putOnce)
	t.Run("of many who put at once exactly one is first", c.putOnceAtOnce)
	t.Run("an overwritten object has the last value", c.overwrite)
	t.Run("a conditional write fails when another came first", c.conditionalWrite)
	t.Run("conditional writes are found to be honoured, by many at once", c.conditions)
	t.Run("a missing object is reported as missing", c.notThere)
	t.Run("a list goes over pages in the order of keys", c.listPages)
	t.Run("a link downloads the object under the name that was asked for", c.link)
	t.Run("nobody can read an object without a link", c.private)
}

func (c contract) removeAll(t *testing.T) {
	for _, prefix := range []string{storage.RunsPrefix(c.merchant), storage.LabelPrefix(c.merchant, "one"), storage.WaitingPrefix(c.merchant, "many"), storage.RawPrefix(c.merchant, "one")} {
		var keys []string
		assert.NoError(t, c.store.List(t.Context(), prefix, func(object storage.Object) error {
			keys = append(keys, object.Key)
			return nil
		}))
		assert.NoError(t, c.store.Delete(t.Context(), keys...))
	}
}

func (c contract) ensureAgain(t *testing.T) {
	group, ctx := errgroup.WithContext(t.Context())
	for range 4 {
		group.Go(func() error {
			_, err := c.store.EnsureBucket(ctx)
			return err
		})
	}
	require.NoError(t, group.Wait())
}

func (c contract) fileReadsBack(t *testing.T) {
	data := []byte("^XA^FO50,50^FDEtiqueta de envío^FS^XZ")
	file, err := c.store.PutBytes(t.Context(), storage.LabelPrefix(c.merchant, "one"), ".zpl", "application/zpl", data)
	require.NoError(t, err)
	sum := sha256.Sum256(data)
	assert.Equal(t, storage.File{
		Key:    storage.LabelPrefix(c.merchant, "one") + hex.EncodeToString(sum[:])[:12] + ".zpl",
		SHA256: hex.EncodeToString(sum[:]),
		Bytes:  int64(len(data)),
	}, file)

	read, err := c.store.ReadAll(t.Context(), file.Key, file.Bytes)
	require.NoError(t, err)
	assert.Equal(t, data, read)
	_, err = c.store.ReadAll(t.Context(), file.Key, file.Bytes-1)
	assert.ErrorIs(t, err, storage.ErrTooLarge)
}

func (c contract) partReadsBack(t *testing.T) {
	file, err := c.store.PutBytes(t.Context(), storage.LabelPrefix(c.merchant, "one"), ".pack", "application/octet-stream", []byte("one and two and three"))
	require.NoError(t, err)
	for place, want := range map[storage.Place]string{
		{Key: file.Key}:                     "one and two and three",
		{Key: file.Key, Bytes: 3}:           "one",
		{Key: file.Key, From: 8, Bytes: 3}:  "two",
		{Key: file.Key, From: 16, Bytes: 5}: "three",
	} {
		read, err := c.store.ReadPlace(t.Context(), place, 100)
		require.NoError(t, err, "%+v", place)
		assert.Equal(t, want, string(read))
		body, size, err := c.store.PlaceReader(t.Context(), place)
		require.NoError(t, err, "%+v", place)
		streamed, err := io.ReadAll(body)
		assert.NoError(t, errors.Join(err, body.Close()))
		assert.Equal(t, want, string(streamed))
		assert.EqualValues(t, len(want), size)
	}
	for name, place := range map[string]storage.Place{
		"it ends before": {Key: file.Key, From: 16, Bytes: 6}, "it ends long before": {Key: file.Key, From: 30, Bytes: 3}, "there is none": {Key: file.Key + "x", From: 1, Bytes: 3},
	} {
		_, err := c.store.ReadPlace(t.Context(), place, 100)
		assert.ErrorIs(t, err, storage.ErrNotFound, name)
		_, _, err = c.store.PlaceReader(t.Context(), place)
		assert.ErrorIs(t, err, storage.ErrNotFound, name)
	}
	_, err = c.store.ReadPlace(t.Context(), storage.Place{Key: file.Key, From: 4, Bytes: 9}, 8)
	assert.ErrorIs(t, err, storage.ErrTooLarge)
}

func (c contract) fileTwice(t *testing.T) {
	put := func() storage.File {
		file, err := c.store.PutStream(t.Context(), storage.RawPrefix(c.merchant, "one"), ".zip", "application/zip", strings.NewReader("the same bytes"))
		require.NoError(t, err)
		return file
	}
	assert.Equal(t, put(), put())
}

func (c contract) largeStream(t *testing.T) {
	data := bytes.Repeat([]byte("despacho"), inParts/8)
	put := func() (storage.File, error) {
		return c.store.PutStream(t.Context(), storage.RunPrintPrefix(c.merchant, "large"), ".pdf", "application/pdf", bytes.NewReader(data))
	}
	var files [3]storage.File
	var group errgroup.Group
	for i := range 2 {
		group.Go(func() (err error) { files[i], err = put(); return err })
	}
	require.NoError(t, group.Wait())
	var err error
	files[2], err = put()
	require.NoError(t, err)
	assert.Len(t, lo.Uniq(files[:]), 1)

	body, size, err := c.store.Reader(t.Context(), files[0].Key)
	require.NoError(t, err)
	defer body.Close()
	read, err := io.ReadAll(body)
	require.NoError(t, err)
	assert.EqualValues(t, len(data), size)
	assert.True(t, bytes.Equal(data, read), "different bytes came back")
}

func (c contract) putOnce(t *testing.T) {
	key := storage.RunRequest(c.merchant, "once")
	first := record{Owner: "first"}
	existed, err := c.store.PutOnce(t.Context(), key, &first)
	require.NoError(t, err)
	assert.False(t, existed)

	second := record{Owner: "second", Note: "must not show"}
	existed, err = c.store.PutOnce(t.Context(), key, &second)
	require.NoError(t, err)
	assert.True(t, existed)
	assert.Equal(t, record{Owner: "first"}, second)
}

func (c contract) putOnceAtOnce(t *testing.T) {
	key := storage.RunRequest(c.merchant, "race")
	records := make([]record, concurrent)
	existed := make([]bool, concurrent)
	group, ctx := errgroup.WithContext(t.Context())
	for i := range records {
		group.Go(func() (err error) {
			records[i] = record{Owner: fmt.Sprint("writer ", i)}
			existed[i], err = c.store.PutOnce(ctx, key, &records[i])
			return err
		})
	}
	require.NoError(t, group.Wait())
	assert.Equal(t, 1, lo.Count(existed, false))
	assert.Len(t, lo.Uniq(records), 1)
}

func (c contract) overwrite(t *testing.T) {
	key := storage.RunOutcome(c.merchant, "overwrite", "one", "1")
	require.NoError(t, c.store.Put(t.Context(), key, record{Owner: "first", Note: "gone"}))
	require.NoError(t, c.store.Put(t.Context(), key, record{Owner: "last"}))
	var read record
	require.NoError(t, c.store.Get(t.Context(), key, &read))
	assert.Equal(t, record{Owner: "last"}, read)
}

func (c contract) conditionalWrite(t *testing.T) {
	key := storage.RunOutcome(c.merchant, "conditional", "one", "1")
	_, err := c.store.PutIf(t.Context(), key, record{Owner: "nobody"}, `"00000000000000000000000000000000"`)
	require.ErrorIs(t, err, storage.ErrChanged)
	first, err := c.store.PutIf(t.Context(), key, record{Owner: "first"}, "")
	require.NoError(t, err)
	_, err = c.store.PutIf(t.Context(), key, record{Owner: "too late to be first"}, "")
	require.ErrorIs(t, err, storage.ErrChanged)
	second, err := c.store.PutIf(t.Context(), key, record{Owner: "second"}, first)
	require.NoError(t, err)
	_, err = c.store.PutIf(t.Context(), key, record{Owner: "too late to be second"}, first)
	require.ErrorIs(t, err, storage.ErrChanged)

	var read record
	etag, err := c.store.GetTagged(t.Context(), key, &read)
	require.NoError(t, err)
	assert.Equal(t, record{Owner: "second"}, read)
	assert.Equal(t, second, etag)
}

func (c contract) conditions(t *testing.T) {
	group, ctx := errgroup.WithContext(t.Context())
	for range 8 {
		group.Go(func() error {
			note, err := c.store.CheckConditions(ctx)
			assert.Empty(t, note)
			return err
		})
	}
	require.NoError(t, group.Wait())
}

func (c contract) notThere(t *testing.T) {
	key := storage.ManifestJSON(c.merchant, "missing")
	there, err := c.store.Exists(t.Context(), key)
	require.NoError(t, err)
	assert.False(t, there)
	assert.ErrorIs(t, c.store.Get(t.Context(), key, &record{}), storage.ErrNotFound)
	_, _, err = c.store.Reader(t.Context(), key)
	assert.ErrorIs(t, err, storage.ErrNotFound)
	_, err = c.store.Link(t.Context(), key, "manifest.json")
	assert.ErrorIs(t, err, storage.ErrNotFound)
	assert.NoError(t, c.store.Delete(t.Context(), key))
	assert.NoError(t, c.store.List(t.Context(), storage.RunPrefix(c.merchant, "missing"), func(object storage.Object) error {
		return fmt.Errorf("%s must not be there", object.Key)
	}))
}

func (c contract) listPages(t *testing.T) {
	group, ctx := errgroup.WithContext(t.Context())
	group.SetLimit(concurrent)
	for i := range listed {
		group.Go(func() error {
			return c.store.Put(ctx, storage.WaitingLabel(c.merchant, "many", fmt.Sprintf("order-%04d", i)), record{Owner: "list"})
		})
	}
	require.NoError(t, group.Wait())

	keys := c.keys(t, storage.WaitingPrefix(c.merchant, "many"))
	assert.Len(t, keys, listed)
	assert.True(t, slices.IsSorted(keys))
	require.NoError(t, c.store.Delete(t.Context(), keys...))
	assert.Empty(t, c.keys(t, storage.WaitingPrefix(c.merchant, "many")))
}

func (c contract) keys(t *testing.T, prefix string) (keys []string) {
	require.NoError(t, c.store.List(t.Context(), prefix, func(object storage.Object) error {
		assert.Positive(t, object.Bytes)
		assert.False(t, object.Modified.IsZero())
		keys = append(keys, object.Key)
		return nil
	}))
	return keys
}

func (c contract) link(t *testing.T) {
	file, err := c.store.PutBytes(t.Context(), storage.RunPrintPrefix(c.merchant, "link"), ".pdf", "application/pdf", []byte("%PDF-1.7"))
	require.NoError(t, err)
	address, err := c.store.Link(t.Context(), file.Key, "etiquetas ñ.pdf")
	require.NoError(t, err)

	answer := get(t, address)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	assert.Equal(t, "%PDF-1.7", string(body))
	assert.Equal(t, "application/pdf", answer.Header.Get("Content-Type"))
	assert.Equal(t, "attachment; filename*=utf-8''etiquetas%20%C3%B1.pdf", answer.Header.Get("Content-Disposition"))
}

func (c contract) private(t *testing.T) {
	file, err := c.store.PutBytes(t.Context(), storage.RawPrefix(c.merchant, "one"), ".zpl", "application/zpl", []byte("^XA^XZ"))
	require.NoError(t, err)
	address, err := c.store.Link(t.Context(), file.Key, "label.zpl")
	require.NoError(t, err)
	unsigned, _, _ := strings.Cut(address, "?")
	assert.Equal(t, http.StatusForbidden, get(t, unsigned).StatusCode)
}

func get(t *testing.T, address string) *http.Response {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}
