package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestALabelCostsNoMoreThanItMay(t *testing.T) {
	c := costs{Past: past{Closed: 1200, Open: 100}, PerDay: 10_000, Orders: 200, ARun: 100, Speed: 60}
	figures, err := c.measure(within(t), t.TempDir())
	require.NoError(t, err)
	var shown strings.Builder
	require.NoError(t, table(&shown, "costs", figures.rows()))
	t.Log(shown.String())
	assert.GreaterOrEqual(t, figures.Labels, 150)
	assert.LessOrEqual(t, figures.writes(), writesALabel, "writes and lists of the store a label")
	assert.LessOrEqual(t, figures.reads(), readsALabel, "reads of the store a label")
	assert.LessOrEqual(t, figures.actions(), actionsALabel, "actions of Temporal a label")
}
