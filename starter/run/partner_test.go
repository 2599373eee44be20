package run

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestKeysOfPartners(t *testing.T) {
	t.Parallel()
	s3 := storagetest.NewServer(t)
	store := s3.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	granted := s3.OpenGranted(t, storage.Config{}, "`starter partner`")
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	starter := func(arguments ...string) (out, said string, code int) {
		var stdout, stderr bytes.Buffer
		code = Program{
			Out: &stdout, Err: &stderr, Now: func() time.Time { return now },
			Objects: func(context.Context, string) (*storage.Store, error) { return granted, nil },
		}.Main(t.Context(), arguments)
		return stdout.String(), stderr.String(), code
	}
	enter := func(key string) error {
		_, err := partners.NewDirectory(partners.Book{Store: store, Now: func() time.Time { return now }}).Enter(t.Context(), key)
		return err
	}
	out, said, code := starter("partner", "add", "WMS Norte", "--merchant", "m-1, m-2", "--scope", "runs,orders,labels,statuses,webhooks", "--expires", "2027-11-21")
	require.Equal(t, ExitComplete, code, said)
	key := strings.TrimSpace(out)
	require.NoError(t, enter(key))
	assert.Contains(t, said, "shown this once")
	assert.NotContains(t, said, key)

	out, _, code = starter("partner", "list")
	require.Equal(t, ExitComplete, code)
	for _, word := range []string{"WMS Norte", "m-1,m-2", "runs,orders,labels,statuses,webhooks", "works", "never"} {
		assert.Contains(t, out, word)
	}
	out, _, _ = starter("partner", "list", "--json")
	var lines []partnerLine
	require.NoError(t, json.Unmarshal([]byte(out), &lines))
	require.Len(t, lines, 1)
	assert.NotContains(t, out, "sha256")

	out, _, code = starter("partner", "rotate", lines[0].ID, "--overlap", "1h", "--json")
	require.Equal(t, ExitComplete, code)
	var made madeKey
	require.NoError(t, json.Unmarshal([]byte(out), &made))
	require.NoError(t, enter(made.Key))
	require.NoError(t, enter(key))
	now = now.Add(time.Hour)
	require.Error(t, enter(key))

	_, _, code = starter("partner", "revoke", "dsp_"+lines[0].ID+"_…")
	require.Equal(t, ExitComplete, code)
	require.Error(t, enter(made.Key))
	for _, wrong := range [][]string{
		{"partner", "revoke", "nobodyyy"}, {"partner", "add", "x", "--scope", "runs"}, {"partner", "add", "x", "--merchant", "m", "--scope", "all"},
		{"partner", "add", "x", "--merchant", "m", "--scope", "runs", "--expires", "soon"}, {"partner", "add", "x", "--merchant", "m"},
	} {
		_, said, code := starter(wrong...)
		assert.Contains(t, []int{ExitUsage, ExitNotFound}, code, "%v: %s", wrong, said)
		assert.NotEmpty(t, said)
	}
}
