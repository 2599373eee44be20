package publishing

import (
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
)

// ends counts how orders ended, by channel and outcome.
type ends map[string]int

func (e ends) note(channel string, outcome contract.Outcome) { e[channel+" "+string(outcome)]++ }

func TestHowOrdersEndedIsToldOnce(t *testing.T) {
	t.Parallel()
	p := prints(t, 3, nil, "paris", "ripley")
	scope := p.Scope("paris")
	waiting := []books.Order{{ID: "a", ConnectionID: scope.Connection.ID, Channel: "paris"}, {ID: "b", ConnectionID: scope.Connection.ID, Channel: "paris"}}
	_, err := scope.LeavePage(t.Context(), p.Store, books.FoundPage, books.Page{Pending: waiting})
	require.NoError(t, err)
	told := ends{}
	p.publishing.Ended = told.note

	p.publish()
	manifest, _ := p.manifest()
	want := lo.CountValuesBy(manifest.Rows, func(r contract.ManifestRow) string { return r.Channel + " " + string(r.Outcome) })
	require.Equal(t, ends(want), told)
	assert.Equal(t, 3, told["paris labelled"])
	assert.Equal(t, 2, told["paris not_ready"])

	p.publish()
	assert.Equal(t, ends(want), told, "the first decision stands, and is told once")
}

func TestLabelsThatAreOnlyMadeAreToldOfWhenTheyArePublished(t *testing.T) {
	t.Parallel()
	p := prints(t, 2, nil, "paris")
	told := ends{}
	p.publishing.Ended = told.note
	ahead := p.in
	ahead.MakeOnly = true
	activitiestest.MustStep(p.world, p.publishing.Publish, ahead)
	assert.Empty(t, told)
}
