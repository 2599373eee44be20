package storage

import "time"

// NoticesOfDayPrefix is where the webhook notices of a day (UTC) stand, below [NoticesPrefix].
func NoticesOfDayPrefix(merchant string, day time.Time) string {
	return directory(kindRaw, merchant, "notices", day.UTC().Format(time.DateOnly))
}
