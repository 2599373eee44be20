package printing

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/hooks/hookstest"
	"github.com/despacho/despacho/storage/storagetest"
)

// TestThoseWhoListenHearOfLabelsOnPaper, and not of one that the printer was not given.
func TestThoseWhoListenHearOfLabelsOnPaper(t *testing.T) {
	t.Parallel()
	s := newScene(t, time.Millisecond)
	ear := hookstest.Listen(t, storagetest.New(t), merchant)
	s.steps.Outbox = ear.Outbox
	job := s.job("j1", "a", "b")
	broken := s.label("c", 3, "unprintable")
	job.Labels = append(job.Labels, broken)
	s.keep(job)
	s.print(job)
	printed := ear.Of(contract.LabelPrinted)
	assert.Equal(t, []string{"a", "b"}, slices.Sorted(maps.Keys(printed)))
	assert.Equal(t, hooks.Order{ID: "a", Batch: hooks.BatchID(merchant, "tanda-1")}, printed["a"])
}
