package board

import (
	"slices"
	"strings"

	"github.com/samber/lo"
)

// makeIndex makes the tables by which labels are found.
func (r *run) makeIndex() {
	r.orders, r.codes, r.skus = map[string][]*label{}, map[string][]*label{}, map[string][]*label{}
	for _, l := range slices.Concat(r.labels, r.rest) {
		r.orders[l.row.ID] = append(r.orders[l.row.ID], l)
		if l.number > 1 {
			continue
		}
		l.codes = tidy([]string{l.row.TrackingNumber, l.row.OrderNumber, l.row.Code, l.row.ID})
		for _, code := range l.codes {
			r.codes[code] = append(r.codes[code], l)
		}
		if !l.isPrintable() {
			continue
		}
		for _, sku := range skusOf(l) {
			r.skus[sku] = append(r.skus[sku], l)
		}
	}
}

func skusOf(l *label) []string {
	skus := make([]string, 0, len(l.row.Items))
	for _, item := range l.row.Items {
		skus = append(skus, Code(item.SKU))
	}
	return lo.Uniq(lo.Compact(skus))
}

// named are the orders that a scan names by itself.
func (r *run) named(codes Codes) []*label {
	return lo.FlatMap(codes.Whole, func(code string, _ int) []*label { return r.codes[code] })
}

const (
	// shortestPart is how long a scanned number must be that is looked for within longer codes, as a shipment's
	// id is within its tracking number; shortestWithin how long a code that is looked for within the scan:
	// barcodes of carriers hold postal codes and services before the tracking number.
	shortestPart   = 8
	shortestWithin = 10
)

// hinted are the orders whose code holds the scan, or stands within it.
func (r *run) hinted(codes Codes) (found []*label) {
	parts := lo.Filter(slices.Concat(codes.Whole, codes.Parts), func(code string, _ int) bool { return len(code) >= shortestPart })
	for _, labels := range [][]*label{r.labels, r.rest} {
		for _, l := range labels {
			if slices.ContainsFunc(l.codes, func(code string) bool { return overlaps(code, parts) }) {
				found = append(found, l)
			}
		}
	}
	return found
}

// overlaps says that a code holds one of the scanned parts, or stands within one.
func overlaps(code string, parts []string) bool {
	return slices.ContainsFunc(parts, func(part string) bool {
		return strings.Contains(code, part) || len(code) >= shortestWithin && strings.Contains(part, code)
	})
}
