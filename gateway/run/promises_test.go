package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	promised.Says(t, "docs/architecture.md", "Strangers have %v connections at a time, the hub %v.", mostStrangers, mostConnections)
	promised.Says(t, "docs/architecture.md", "gathered for %v (50 are promised) or %v ids", gatherWithin, contract.NotificationsInSignal)
	promised.Says(t, "docs/architecture.md", "one object per merchant and %v, at most %v MiB of them waiting", rawEvery, mostRawBytes>>20)
	promised.Says(t, "docs/architecture.md", "who is connected (a minute; unknown ones %v)", unknownFor)
	assert.Equal(t, time.Minute, knownFor)
	promised.Says(t, "docs/architecture.md", "the last %v to %v notifications that it signalled", toldAtMost, 2*toldAtMost)
	promised.Says(t, "docs/operating.md", "the body takes more than %v, or is larger than %v KiB", bodyWithin, maxBody>>10)
	promised.Says(t, "docs/operating.md", "Temporal did not take it within %v; S3 cannot say whose it is; %v notifications (%v of a merchant) wait", durableWithin, mostWaiting, mostOfMerchant)
	promised.Says(t, "docs/architecture.md", "a notification's body | %v; %v KiB |", contract.NotificationsInSignal, maxBody>>10)
	assert.Less(t, bodyWithin+lookWithin+durableWithin+answerSlack, 6*time.Second, "the hub waits no longer")
}
