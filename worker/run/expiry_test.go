package run

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage/storagetest"
)

func TestExpireEndsWithTheWorker(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &process{settings: validSettings(), log: logger(&out), servers: &service.Servers{Store: storagetest.New(t)}}
	_, err := p.servers.Store.EnsureBucket(t.Context())
	require.NoError(t, err)
	ctx, end := context.WithCancel(t.Context())
	end()
	p.expire(ctx)
	assert.NotContains(t, out.String(), "could not be deleted")
}
