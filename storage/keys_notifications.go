package storage

import "time"

// NotificationsOfDayPrefix is where the webhook notifications of a day (UTC) are stored, below
// [NotificationsPrefix].
func NotificationsOfDayPrefix(merchant string, day time.Time) string {
	return joinSegments(kindRaw, merchant, "notifications", day.UTC().Format(time.DateOnly))
}
