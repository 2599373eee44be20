package storage

import "fmt"

// StatusRequest is the request of a status change; put once.
func StatusRequest(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "request.json"
}

// StatusRowsPrefix is where the rows of a request with more than 100 are stored.
func StatusRowsPrefix(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "rows/"
}

// StatusPage is a page of a status change's rows as a round left it; put once. Round 0 is the page
// before anything is done.
func StatusPage(merchant, key string, page, round int) string {
	return StatusPagesPrefix(merchant, key) + fmt.Sprintf("%05d-%05d.json", page, round)
}

// StatusPagesPrefix is where all pages of a status change are stored.
func StatusPagesPrefix(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "pages/"
}

// StatusSales says which sale belongs to which connection, as a status change found it; put once.
func StatusSales(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "sales.json"
}

// StatusNames says which delivery order each name in a status change's request means; put once.
func StatusNames(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "names.json"
}

// StatusResult says how every row of a status change ended; put once.
func StatusResult(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "result.json"
}

// StatusDelays records how long statuses of a merchant recently took to reach their channels.
func StatusDelays(merchant string) string {
	return joinSegments(kindStatuses, merchant) + "delays.json"
}
