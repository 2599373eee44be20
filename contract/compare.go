package contract

import (
	"cmp"
	"reflect"
	"slices"
)

// Canonical is the request with its defaults filled in and its lists in order, each entry once, so
// that two that ask for the same are equal.
func (in LabelRunInput) Canonical() LabelRunInput {
	in = in.WithDefaults()
	in.Max = max(in.Max, -1)
	in.Connections = slices.Compact(slices.Sorted(slices.Values(in.Connections)))
	in.Orders = slices.Compact(slices.SortedFunc(slices.Values(in.Orders), func(a, b OrderReference) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Connection, b.Connection))
	}))
	return in
}

// SameAs says whether two requests ask for the same.
func (in LabelRunInput) SameAs(other LabelRunInput) bool {
	return reflect.DeepEqual(in.Canonical(), other.Canonical())
}

// Differences names the fields in which two requests differ, as the flags of the starter.
func (in LabelRunInput) Differences(other LabelRunInput) []string {
	a, b := in.Canonical(), other.Canonical()
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
		{"fit", a.Fit == b.Fit},
		{"start", a.Start == b.Start},
		{"part", a.Part == b.Part},
		{"stamp", a.Stamp == b.Stamp},
		{"lists", a.Lists == b.Lists},
		{"one-roll", a.OneRoll == b.OneRoll},
		{"dpi", a.DPI == b.DPI},
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
