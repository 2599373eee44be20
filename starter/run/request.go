package run

import (
	"crypto/rand"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/workflows"
)

// maxInputOrders is how many orders a workflow's input may name itself.
const maxInputOrders = 100

// What a request that leaves a field open means (see workflows.LabelRunInput).
const (
	defaultSince  = 7 * day
	defaultWithin = 2 * time.Hour
	defaultFormat = "zpl"
)

const keyLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// NewKey makes a run's key of the time and six random letters: 20261121-141530-x7k2mq.
func NewKey(now time.Time) string {
	random := make([]byte, 6)
	_, _ = rand.Read(random)
	for i, b := range random {
		random[i] = keyLetters[int(b)%len(keyLetters)]
	}
	return now.UTC().Format("20060102-150405") + "-" + string(random)
}

// canonical is the request with its defaults filled in and its lists in order,
// so that two that ask for the same are equal.
func canonical(in workflows.LabelRunInput) workflows.LabelRunInput {
	in.Since = activities.Duration(orDefaultValue(time.Duration(in.Since), defaultSince))
	in.Within = activities.Duration(orDefaultValue(time.Duration(in.Within), defaultWithin))
	in.Format = orDefault(strings.ToLower(in.Format), defaultFormat)
	in.Printing = in.Printing.Canonical()
	in.Max = orDefaultValue(in.Max, workflows.DefaultMax)
	if in.Max < 0 {
		in.Max = -1
	}
	in.Connections = slices.Sorted(slices.Values(lo.Uniq(in.Connections)))
	in.Orders = sortedOrders(in.Orders)
	return in
}

func orDefaultValue[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

func sortedOrders(orders []activities.OrderReference) []activities.OrderReference {
	return slices.SortedFunc(slices.Values(lo.Uniq(orders)), func(a, b activities.OrderReference) int {
		return strings.Compare(a.Order+"\x00"+a.Connection, b.Order+"\x00"+b.Connection)
	})
}

// sameRequest says whether two requests ask for the same.
func sameRequest(a, b workflows.LabelRunInput) bool {
	return reflect.DeepEqual(canonical(a), canonical(b))
}

// differences names the fields in which two requests differ, as flags.
func differences(a, b workflows.LabelRunInput) []string {
	a, b = canonical(a), canonical(b)
	fields := []struct {
		name string
		same bool
	}{
		{"merchant", a.Merchant == b.Merchant},
		{"connections", slices.Equal(a.Connections, b.Connections)},
		{"orders", slices.Equal(a.Orders, b.Orders) && a.OrdersKey == b.OrdersKey},
		{"warehouse", a.Warehouse == b.Warehouse},
		{"since", a.Since == b.Since},
		{"within", a.Within == b.Within},
		{"max", a.Max == b.Max},
		{"include-printed", a.IncludePrinted == b.IncludePrinted},
		{"not-verified", a.NotVerified == b.NotVerified},
		{"reprint", a.Reprint == b.Reprint},
		{"format", a.Format == b.Format},
		{"sort", a.Sort == b.Sort},
		{"reverse", a.Reverse == b.Reverse},
		{"group", a.Group == b.Group},
		{"bins", a.BinsKey == b.BinsKey},
		{"stock", a.Stock == b.Stock},
		{"start", a.Start == b.Start},
		{"part", a.Part == b.Part},
		{"stamp", a.Stamp == b.Stamp},
		{"lists", a.Lists == b.Lists},
		{"separators", a.Separators == b.Separators},
		{"make-only", a.MakeOnly == b.MakeOnly},
		{"plan", a.Plan == b.Plan},
		{"settings", reflect.DeepEqual(a.Settings, b.Settings)},
	}
	var differing []string
	for _, field := range fields {
		if !field.same {
			differing = append(differing, field.name)
		}
	}
	return differing
}
