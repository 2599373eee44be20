package activities

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
)

func TestAnOrdersStatusGoesOutAtTheLabelWhereThatIsSetAndTheChannelWantsIt(t *testing.T) {
	t.Parallel()
	scope := func(channel string, ready contract.FalabellaReady) Scope {
		return Scope{Connection: Connection{Channel: channel}, Settings: contract.Settings{FalabellaReady: ready}}
	}
	assert.True(t, scope("fcom", contract.ReadyAtLabel).StatusAtLabel())
	assert.False(t, scope("fcom", contract.ReadyAtPublish).StatusAtLabel())
	assert.False(t, scope("fcom", contract.ReadyFromPartner).StatusAtLabel())
	assert.False(t, scope("linio", contract.ReadyAtLabel).StatusAtLabel())
}
