package storage_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

const day = 24 * time.Hour

func TestThatExpiryRulesAreNotOfferedIsSaidOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]storagetest.Fault{
		"not implemented": {Status: http.StatusNotImplemented, Code: "NotImplemented"},
		"not permitted":   {Status: http.StatusForbidden, Code: "AccessDenied"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := storagetest.NewServer(t)
			server.InjectFaults(each(storagetest.GetExpiry, fault))
			store := server.Open(t, storage.Config{})
			notes, err := store.EnsureBucket(t.Context())
			require.NoError(t, err)
			require.Len(t, notes, 1)
			assert.Contains(t, notes[0], "despacho itself deletes old objects")

			notes, err = store.EnsureBucket(t.Context())
			require.NoError(t, err)
			assert.Empty(t, notes)
		})
	}
}

func TestExpiryRulesAreByKindAndLeaveOthersAlone(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	server.OfferExpiry()
	store := server.Open(t, storage.Config{Ages: storage.Ages{Raw: 36 * time.Hour}})
	notes, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	assert.Empty(t, notes)
	assert.Equal(t, map[string]int32{"raw/": 2, "labels/": 90, "runs/": 180, "intake/": 60, "statuses/": 60, "published/": 180, "prints/": 180, "requests/": 30}, expiryDays(t, server))

	_, err = server.Open(t, storage.Config{}).EnsureBucket(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 1, server.Calls()[storagetest.PutExpiry], "rules that are there stay as they are")
	assert.EqualValues(t, 2, expiryDays(t, server)["raw/"])
}

func expiryDays(t *testing.T, server *storagetest.Server) map[string]int32 {
	t.Helper()
	output, err := s3.NewFromConfig(*server.AWS(), func(o *s3.Options) { o.UsePathStyle = true }).
		GetBucketLifecycleConfiguration(t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: aws.String(storagetest.Bucket)})
	require.NoError(t, err)
	days := map[string]int32{}
	for _, rule := range output.Rules {
		days[*rule.Filter.Prefix] = *rule.Expiration.Days
	}
	return days
}

func TestObjectsOlderThanTheirKindPermitsAreDeleted(t *testing.T) {
	t.Parallel()
	raw, label, run, published := "raw/m/c/file.zip", storage.WaitingLabel("m", "c", "o"), storage.RunRequest("m", "k"), storage.PublishedOrder("m", "o", "k")
	account := storage.AccountsPrefix("m") + "credentials.json"
	tests := map[string]struct {
		ages storage.Ages
		days int
		want []string
	}{
		"nothing in the first month":  {days: 29, want: []string{account, label, published, raw, run}},
		"what came from the hub":      {days: 31, want: []string{account, label, published, run}},
		"then labels":                 {days: 91, want: []string{account, published, run}},
		"then runs, never accounts":   {days: 10_000, want: []string{account}},
		"by the ages in the settings": {ages: storage.Ages{Runs: day}, days: 2, want: []string{account, label, published, raw}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := storagetest.NewServer(t).Open(t, storage.Config{Ages: test.ages})
			_, err := store.EnsureBucket(t.Context())
			require.NoError(t, err)
			keys := []string{account, label, published, raw, run}
			for _, key := range keys {
				require.NoError(t, store.Put(t.Context(), key, note{}))
			}
			deleted, err := store.Expire(t.Context(), time.Now().Add(time.Duration(test.days)*day))
			require.NoError(t, err)
			assert.Equal(t, len(keys)-len(test.want), deleted)
			assert.Equal(t, test.want, lo.Filter(keys, func(key string, _ int) bool {
				there, err := store.Exists(t.Context(), key)
				require.NoError(t, err)
				return there
			}))
		})
	}
}

func TestWhereTheServerExpiresNothingIsDeletedByUs(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	server.OfferExpiry()
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	require.NoError(t, store.Put(t.Context(), storage.RunRequest("m", "k"), note{}))
	deleted, err := store.Expire(t.Context(), time.Now().Add(10_000*day))
	require.NoError(t, err)
	assert.Zero(t, deleted)
	assert.Zero(t, server.Calls()[storagetest.ListObjects])
}

func TestPartsOfAKilledUploadAreRemovedAfterADay(t *testing.T) {
	t.Parallel()
	server, store := started(t)
	client := s3.NewFromConfig(*server.AWS(), func(o *s3.Options) { o.UsePathStyle = true })
	for _, key := range []string{"raw/m/c/file.zip", "elsewhere/file.zip"} {
		_, err := client.CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: aws.String(storagetest.Bucket), Key: &key})
		require.NoError(t, err)
	}
	_, err := store.Expire(t.Context(), time.Now())
	require.NoError(t, err)
	assert.Zero(t, server.Calls()[storagetest.AbortUpload])
	_, err = store.Expire(t.Context(), time.Now().Add(25*time.Hour))
	require.NoError(t, err)
	assert.Equal(t, 1, server.Calls()[storagetest.AbortUpload], "only ours")
}

func TestABucketThatCannotBeMade(t *testing.T) {
	t.Parallel()
	t.Run("is named when making it is not permitted", func(t *testing.T) {
		t.Parallel()
		server := storagetest.NewServer(t)
		server.InjectFaults(each(storagetest.CreateBucket, storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}))
		_, err := server.Open(t, storage.Config{}).EnsureBucket(t.Context())
		require.ErrorContains(t, err, storagetest.Bucket)
		assert.ErrorContains(t, err, "do not permit")
	})
	t.Run("is assumed to exist when looking is not permitted", func(t *testing.T) {
		t.Parallel()
		server, _ := started(t)
		server.InjectFaults(each(storagetest.HeadBucket, storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}))
		notes, err := server.Open(t, storage.Config{}).EnsureBucket(t.Context())
		require.NoError(t, err)
		assert.Contains(t, strings.Join(notes, "\n"), "may not look at it")
	})
	t.Run("is somebody else's", func(t *testing.T) {
		t.Parallel()
		server := storagetest.NewServer(t)
		server.InjectFaults(each(storagetest.CreateBucket, storagetest.Fault{Status: http.StatusConflict, Code: "BucketAlreadyExists"}))
		_, err := server.Open(t, storage.Config{}).EnsureBucket(t.Context())
		assert.ErrorContains(t, err, "choose another name")
	})
	t.Run("was made by another at the same moment", func(t *testing.T) {
		t.Parallel()
		server := storagetest.NewServer(t)
		server.InjectFaults(each(storagetest.CreateBucket, storagetest.Fault{Status: http.StatusConflict, Code: "BucketAlreadyOwnedByYou"}))
		_, err := server.Open(t, storage.Config{}).EnsureBucket(t.Context())
		assert.NoError(t, err)
	})
}

func TestAListEndsWithTheErrorOfItsReader(t *testing.T) {
	t.Parallel()
	_, store := started(t)
	require.NoError(t, store.Put(t.Context(), storage.RunRequest("m", "k"), note{}))
	enough := errors.New("enough")
	err := store.List(t.Context(), storage.RunsPrefix("m"), func(storage.Object) error { return enough })
	assert.Equal(t, enough, err)
}
