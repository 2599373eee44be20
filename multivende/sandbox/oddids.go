package sandbox

import (
	"slices"
	"strings"

	"github.com/google/uuid"
)

// oddIDs are made of UUIDs: what no UUID has and other systems' ids do. The last three are ids that
// nobody can call a thing by; only delivery orders and connections have them.
var oddIDs = []func(id string) string{
	func(id string) string { return "pedido " + id },
	func(id string) string { return "ñandú-" + id },
	func(id string) string { return "mx:" + id + ":1" },
	func(id string) string { return "2026/11/" + id },
	func(id string) string { return "100%25" + id + "?a=b&c#d" },
	func(id string) string { return id + "..x" },
	func(id string) string { return strings.ToUpper(id) + "+'\"\\" },
	func(id string) string { return id + strings.Repeat("x", 300) },
	func(id string) string { return "../" + id },
	func(id string) string { return id + "\x00" },
}

const usableOddIDs = 7

func (o Options) identifiers() func(format string, arguments ...any) string {
	if o.OddIDs {
		return oddly(identifiers(o.Seed))
	}
	return identifiers(o.Seed)
}

// oddly makes every second id of connections, orders, sales, tasks and warehouses an odd one.
func oddly(identify func(format string, arguments ...any) string) func(format string, arguments ...any) string {
	odd := []string{"connection %d", "order %d", "sale %d", "task %d", "warehouse %s"}
	return func(format string, arguments ...any) string {
		id := identify(format, arguments...)
		if !slices.Contains(odd, format) {
			return id
		}
		number := int(uuid.MustParse(id)[0])
		forms := len(oddIDs)
		if format != "order %d" && format != "connection %d" {
			forms = usableOddIDs
		}
		if number%2 == 0 {
			return id
		}
		return oddIDs[number/2%forms](id)
	}
}
