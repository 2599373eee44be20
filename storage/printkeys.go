package storage

import (
	"fmt"
	"strconv"
	"time"
)

const (
	kindPrints = "prints"
	kindSites  = "sites"
)

// PrintRecord is the history of the prints of one label of an order; changed by conditional writes alone.
func PrintRecord(merchant, order string, label int) string {
	return PrintsOfOrderPrefix(merchant, order) + strconv.Itoa(label) + ".json"
}

// PrintsOfOrderPrefix is where the prints of an order's labels are stored.
func PrintsOfOrderPrefix(merchant, order string) string {
	return joinSegments(kindPrints, merchant, "orders", order)
}

// PrintJob is what somebody asked a printer for; put once.
func PrintJob(merchant, job string) string {
	return joinSegments(kindPrints, merchant, "jobs") + keySegment(job) + ".json"
}

// PrintPage is what became of up to 50 labels of a job; day is the day of the job (UTC).
func PrintPage(merchant string, day time.Time, job string, page int) string {
	return PrintsOfDayPrefix(merchant, day) + keySegment(job) + fmt.Sprintf("/%06d.json", page)
}

// PrintsOfDayPrefix is where the log of the prints of a day (UTC) is stored.
func PrintsOfDayPrefix(merchant string, day time.Time) string {
	return joinSegments(kindPrints, merchant, "log", day.UTC().Format(time.DateOnly))
}

// TakeOutFound says who has found the parcel of an order cancelled after printing; put once.
func TakeOutFound(merchant, order string) string {
	return TakeOutFoundPrefix(merchant) + keySegment(order) + ".json"
}

// TakeOutFoundPrefix is where it is stored which parcels of cancelled orders were found.
func TakeOutFoundPrefix(merchant string) string { return joinSegments(kindPrints, merchant, "found") }

// HandOverSheet is a closed hand-over sheet of a merchant at a site; put once. Sheets are numbered from 1.
func HandOverSheet(merchant, site string, number int) string {
	return HandOverPrefix(merchant, site) + fmt.Sprintf("%08d.json", number)
}

// HandOverPrefix is where the closed hand-over sheets of a merchant at a site are stored.
func HandOverPrefix(merchant, site string) string {
	return joinSegments(kindPrints, merchant, "handover", site)
}

// Printer is a printer of a site.
func Printer(site, name string) string {
	return PrintersPrefix(site) + keySegment(name) + ".json"
}

// PrintersPrefix is where the printers of a site are stored.
func PrintersPrefix(site string) string { return joinSegments(kindSites, site, "printers") }

// SitePrefix is where everything of a site is stored that is of no merchant: printers, people, paired devices.
func SitePrefix(site string) string { return joinSegments(kindSites, site) }

// SitePeople is who works at a site: its people, paired devices and pairing codes; changed by conditional writes alone.
func SitePeople(site string) string { return SitePrefix(site) + "people.json" }

// Scan is a scan at a site with its answer; put once. Day is the day on which it was made (UTC).
func Scan(site string, day time.Time, scan string) string {
	return ScansPrefix(site) + keySegment(day.UTC().Format(time.DateOnly)) + "/" + keySegment(scan) + ".json"
}

// ScansPrefix is where the scans of a site are stored, by day.
func ScansPrefix(site string) string { return joinSegments(kindSites, site, "scans") }

// CheckedItems are the items of an order that were scanned so far, before its label comes out.
func CheckedItems(merchant, order string) string {
	return joinSegments(kindPrints, merchant, "checked") + keySegment(order) + ".json"
}
