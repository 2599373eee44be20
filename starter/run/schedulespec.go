package run

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are known on machines that have none

	"github.com/despacho/despacho/client"
	"github.com/samber/lo"
	sdk "go.temporal.io/sdk/client"
)

// everyDay is what --days means when it is left out.
const everyDay = "mon-sun"

// parseTimes reads "08:30,13:00": hours and minutes of a day.
func parseTimes(text string) ([]time.Time, error) {
	var times []time.Time
	for _, word := range strings.Split(text, ",") {
		at, err := time.Parse("15:04", strings.TrimSpace(word))
		if err != nil {
			return nil, fmt.Errorf("%q is not a time of day: write 08:30,13:00", word)
		}
		times = append(times, at)
	}
	return lo.UniqBy(times, func(at time.Time) string { return at.Format("15:04") }), nil
}

// parseDays reads "mon-fri", "mon,wed,fri", "sat-mon" as days of the week, Sunday being 0.
func parseDays(text string) ([]sdk.ScheduleRange, error) {
	var ranges []sdk.ScheduleRange
	for _, word := range strings.Split(strings.ToLower(text), ",") {
		first, last, isRange := strings.Cut(strings.TrimSpace(word), "-")
		if !isRange {
			last = first
		}
		from, to := lo.IndexOf(client.Weekdays, first), lo.IndexOf(client.Weekdays, last)
		if from < 0 || to < 0 {
			return nil, fmt.Errorf("%q is not a list of days: write mon-fri or mon,wed,sat", word)
		}
		if from <= to {
			ranges = append(ranges, sdk.ScheduleRange{Start: from, End: to})
			continue
		}
		ranges = append(ranges, sdk.ScheduleRange{Start: from, End: 6}, sdk.ScheduleRange{Start: 0, End: to})
	}
	return ranges, nil
}

// checkCron says what is wrong with a cron expression: five fields, or a word such as @daily.
// Temporal itself reads it more closely.
func checkCron(expression string) error {
	if strings.HasPrefix(expression, "@") {
		return nil
	}
	if strings.HasPrefix(expression, "TZ=") || strings.HasPrefix(expression, "CRON_TZ=") {
		return fmt.Errorf("--time-zone names the zone, not the expression")
	}
	if n := len(strings.Fields(expression)); n < 5 || n > 7 {
		return fmt.Errorf("%s fields, where five are needed: minute hour day-of-month month day-of-week", strconv.Itoa(n))
	}
	return nil
}

// spec is when runs begin.
func (c *scheduleSetCommand) spec() (sdk.ScheduleSpec, error) {
	spec := sdk.ScheduleSpec{TimeZoneName: c.TimeZone}
	if _, err := time.LoadLocation(c.TimeZone); err != nil || c.TimeZone == "" || c.TimeZone == "Local" {
		return spec, usageProblem("such as --time-zone America/Santiago", "--time-zone %q is not a time zone", c.TimeZone)
	}
	switch {
	case (c.At == "") == (c.Cron == ""):
		return spec, usageProblem("such as --at 08:30,13:00 --days mon-fri", "give either --at or --cron")
	case c.Cron != "":
		if err := checkCron(c.Cron); err != nil {
			return spec, usageProblem("such as --cron '30 8 * * 1-5'", "--cron %q: %v", c.Cron, err)
		}
		if c.Days != "" {
			return spec, usageProblem("the expression names the days", "--days does not go with --cron")
		}
		spec.CronExpressions = []string{c.Cron}
		return spec, nil
	}
	times, err := parseTimes(c.At)
	if err != nil {
		return spec, usageProblem("", "--at: %v", err)
	}
	days, err := parseDays(cmp.Or(c.Days, everyDay))
	if err != nil {
		return spec, usageProblem("", "--days: %v", err)
	}
	if c.Days == "" {
		days = []sdk.ScheduleRange{{Start: 0, End: 6}}
	}
	for _, at := range times {
		spec.Calendars = append(spec.Calendars, sdk.ScheduleCalendarSpec{
			Hour: []sdk.ScheduleRange{{Start: at.Hour()}}, Minute: []sdk.ScheduleRange{{Start: at.Minute()}}, DayOfWeek: days,
			Comment: cmp.Or(strings.ToLower(c.Days), "every day"),
		})
	}
	return spec, nil
}
