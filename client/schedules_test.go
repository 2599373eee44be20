package client

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdk "go.temporal.io/sdk/client"

	"github.com/despacho/despacho/contract"
)

func TestScheduledRunsAreStartedAsByHand(t *testing.T) {
	t.Parallel()
	input := contract.LabelRunInput{Merchant: "m1", Format: "pdf"}
	action := ScheduledRuns{Merchant: "m1", Name: "morning", Input: input}.action()
	assert.Equal(t, "run/m1/morning", action.ID)
	assert.Equal(t, contract.LabelRunType, action.Workflow)
	assert.Equal(t, []any{input}, action.Args)
	assert.Equal(t, contract.TaskQueue, action.TaskQueue)
	assert.Equal(t, contract.FairShare("m1"), action.Priority)
	_, key, err := contract.ParseRunID(action.ID + "-2026-11-21T11:30:00Z")
	require.NoError(t, err)
	assert.Equal(t, "morning-2026-11-21T11-30-00Z", key)
}

func TestSchedulesAreListedAsTheyWereSet(t *testing.T) {
	t.Parallel()
	spec := sdk.ScheduleSpec{TimeZoneName: "America/Santiago", Calendars: []sdk.ScheduleCalendarSpec{{
		Hour: []sdk.ScheduleRange{{Start: 8}}, Minute: []sdk.ScheduleRange{{Start: 30}}, DayOfWeek: []sdk.ScheduleRange{{Start: 1, End: 5}},
	}}}
	next := []time.Time{time.Unix(1, 0), time.Unix(2, 0), time.Unix(3, 0), time.Unix(4, 0)}
	line, ours := lineOf(&sdk.ScheduleListEntry{ID: ScheduleID("m1", "morning"), Spec: &spec, NextActionTimes: next})
	assert.True(t, ours)
	assert.Equal(t, ScheduleLine{Merchant: "m1", Name: "morning", Hours: "08:30 mon-fri", TimeZone: "America/Santiago", Next: next[:3]}, line)
	_, ours = lineOf(&sdk.ScheduleListEntry{ID: "somebody-else"})
	assert.False(t, ours)
	assert.Equal(t, "mon-fri,sun", daysOf([]sdk.ScheduleRange{{Start: 1, End: 5}, {Start: 0}}))
}
