package publishing

import (
	"net/http"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
)

// TestTheIntakeIsToldBeforeLabelsWaitNoMore: between the two an order would be without a label for it.
func TestTheIntakeIsToldBeforeLabelsWaitNoMore(t *testing.T) {
	t.Parallel()
	p := prints(t, 3, nil, "coppel")
	scope := p.Scope("coppel")
	waiting := func() int {
		return lo.CountBy(lo.Keys(p.truth), func(id string) bool {
			there, err := p.Store.Exists(t.Context(), storage.WaitingLabel(p.in.Merchant, scope.Connection.ID, id))
			require.NoError(t, err)
			return there
		})
	}
	note := storage.IntakePublished(p.in.Merchant, p.in.Run)
	p.S3.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && strings.HasSuffix(r.URL.Path, note) {
			return storagetest.Fault{Status: http.StatusForbidden, Code: "AccessDenied"}
		}
		return storagetest.Fault{}
	})
	_, err := activitiestest.TryStep(p.world, p.publishing.Publish, p.in, nil)
	require.Error(t, err)
	assert.Equal(t, 3, waiting())

	p.S3.InjectFaults(nil)
	published := p.publish()
	assert.Equal(t, 3, published.Accounts[scope.Connection.ID].Ended[contract.Labelled])
	assert.Zero(t, waiting())
	var told intakebook.PublishedOrders
	require.NoError(t, p.Store.Get(t.Context(), note, &told))
	assert.Equal(t, p.in.Run, told.Run)
	assert.ElementsMatch(t, lo.Keys(p.truth), told.Orders)
}
