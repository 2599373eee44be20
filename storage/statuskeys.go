package storage

import "fmt"

// StatusRequest is what a status change was asked for: put once.
func StatusRequest(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "request.json"
}

// StatusRowsPrefix is where the rows of a request stand that names more than 100.
func StatusRowsPrefix(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "rows/"
}

// StatusPage is a page of a status change's rows as a round left it: put once. Round 0 is the page
// before anything is done.
func StatusPage(merchant, key string, page, round int) string {
	return StatusPagesPrefix(merchant, key) + fmt.Sprintf("%05d-%05d.json", page, round)
}

// StatusPagesPrefix is where all pages of a status change stand.
func StatusPagesPrefix(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "pages/"
}

// StatusSales is which sale belongs to which connection, as a status change found it: put once.
func StatusSales(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "sales.json"
}

// StatusNames is which delivery order each name of a status change's request means: put once.
func StatusNames(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "names.json"
}

// StatusResult is how every row of a status change ended: put once.
func StatusResult(merchant, key string) string {
	return StatusesPrefix(merchant, key) + "result.json"
}

// StatusDelays is how long statuses of a merchant took to their channels lately.
func StatusDelays(merchant string) string {
	return directory(kindStatuses, merchant) + "delays.json"
}
