package intake

import (
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/intakebook"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage/storagetest"
)

// leftTo takes up notifications for an Intake that keeps what is left for the next look.
func (w *intakeWorld) leftTo(ids ...string) intakebook.TakenNotifications {
	w.Helper()
	in := TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByWebhook, IDs: ids, ReturnLeft: true}
	return activitiestest.MustStep(w.world, w.intake.TakeUpNotifications, in)
}

// lookAt is a look that is told of sales that were left.
func (w *intakeWorld) lookAt(left ...string) contract.LookedOver {
	w.Helper()
	w.lists++
	in := LookOverInput{Merchant: w.merchant(), Settings: w.settings, Left: true, List: w.againList(), LeftSales: left}
	return activitiestest.MustStep(w.world, w.intake.LookOver, in)
}

func TestSalesThatAreLeftAreMarkedByTheNextLook(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	orders := w.sold("ripley", sandbox.LifePlain, 3)
	w.lookAt()
	sales := lo.Map(orders, func(o sandbox.ReportOrder, _ int) string { return w.record(o.ID).Checkout })

	var left []string
	dear, _ := w.asked(func() {
		for _, o := range orders {
			for _, id := range w.notificationsOf(o) {
				left = lo.Uniq(append(left, w.leftTo(id).LeftSales...))
			}
		}
	})
	assert.Zero(t, dear, "writes and lists of six steps")
	assert.ElementsMatch(t, sales, left)

	idle, _ := w.asked(func() { w.lookAt() })
	marking, _ := w.asked(func() { w.lookAt(left...) })
	assert.Equal(t, idle+1, marking, "one mark for all")
	assert.Empty(t, w.leftTo(w.notificationsOf(orders[0])...).LeftSales, "it has its mark")
	w.Pass(5 * time.Hour)
	assert.Zero(t, w.lookAt().Again)
	w.Pass(2 * time.Hour)
	assert.Equal(t, len(sales), w.lookAt().Again)
}

func TestAStepThatIsTriedAgainReturnsWhatItHadLeftBefore(t *testing.T) {
	t.Parallel()
	w := newIntakeWorld(t, sandbox.Options{Seed: 3, Orders: 4})
	orders := w.sold("ripley", sandbox.LifePlain, 2)
	in := TakeUpNotificationsInput{Merchant: w.merchant(), Source: contract.ByWebhook, IDs: w.notificationsOf(orders...), ReturnLeft: true}
	killed := &activitiestest.Try{}
	mend := w.failing(storagetest.GetObject, "/orders/"+orders[1].ID)
	_, err := activitiestest.TryStep(w.world, w.intake.TakeUpNotifications, in, killed)
	mend()
	require.Error(t, err)
	require.NotEmpty(t, killed.Said.TakenUp)
	taken, err := activitiestest.TryStep(w.world, w.intake.TakeUpNotifications, in, &activitiestest.Try{Attempt: 2, Before: &killed.Said})
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{w.record(orders[0].ID).Checkout, w.record(orders[1].ID).Checkout}, taken.LeftSales)
}
