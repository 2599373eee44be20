package sandbox

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseTaskTime(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]TaskTime{
		"8s+1s": {Fixed: 8 * time.Second, PerLabel: time.Second},
		"90s+0": {Fixed: 90 * time.Second},
		"2s":    {PerLabel: 2 * time.Second},
	} {
		got, err := ParseTaskTime(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "8", "-8s+1s", "8s+-1s", "0s", "0s+0s", "8s+1s+1s", "soon"} {
		_, err := ParseTaskTime(text)
		assert.ErrorContains(t, err, "8s+1s", text)
	}
}

func TestATaskTakesWhatTheOptionSays(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{TaskTime: TaskTime{Fixed: time.Second, PerLabel: 500 * time.Millisecond}})
	task := v.ask("paris", ids(v.orders("paris", FateLabelable)[:2])...)
	v.time.pass(time.Second)
	assert.Equal(t, taskProcessing, v.task(task)["processStatus"])
	v.time.pass(time.Second)
	assert.Equal(t, taskCompleted, v.task(task)["processStatus"])
	v.time.pass(10 * time.Second)
	assert.Equal(t, taskCompleted, v.task(task)["processStatus"], "it stays so, though it was quicker than tasks are picked up")
}
