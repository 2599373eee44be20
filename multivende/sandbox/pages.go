package sandbox

import (
	"fmt"
	"net/url"
	"strconv"
	"time"
)

// page is the envelope of every list.
type page[T any] struct {
	Entries    []T        `json:"entries"`
	Pagination pagination `json:"pagination"`
}

type pagination struct {
	Offset       int `json:"offset"`
	Limit        int `json:"limit"`
	TotalPages   int `json:"total_pages"`
	CurrentPage  int `json:"current_page"`
	NextPage     int `json:"next_page"`
	PreviousPage int `json:"previous_page"`
	TotalItems   int `json:"total_items"`
}

// paged is one page of the items, each as view shows it; a page that is no
// number reads as the first, the last one's next page is 0.
func paged[S, T any](items []S, number string, limit int, view func(S) T) page[T] {
	current, err := strconv.Atoi(number)
	if err != nil || current < 1 {
		current = 1
	}
	p := pagination{
		Limit: limit, CurrentPage: current, TotalItems: len(items),
		TotalPages: (len(items) + limit - 1) / limit,
	}
	current = min(current, p.TotalPages+1)
	p.Offset, p.PreviousPage = (current-1)*limit, current-1
	if current < p.TotalPages {
		p.NextPage = current + 1
	}
	out := page[T]{Entries: []T{}, Pagination: p}
	for _, item := range items[min(p.Offset, len(items)):min(p.Offset+limit, len(items))] {
		out.Entries = append(out.Entries, view(item))
	}
	return out
}

// window is the span of time that a query's _from and _to ask for; zero is open.
type window struct{ from, to time.Time }

var queryTimes = []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", time.RFC3339Nano, "2006-01-02"}

// windowOf reads <name>_from and <name>_to, in UTC, in any form that clients use.
func windowOf(query url.Values, name string) (window, error) {
	from, err := queryTime(query.Get(name + "_from"))
	if err != nil {
		return window{}, fmt.Errorf("%s_from: %w", name, err)
	}
	to, err := queryTime(query.Get(name + "_to"))
	if err != nil {
		return window{}, fmt.Errorf("%s_to: %w", name, err)
	}
	return window{from, to}, nil
}

func queryTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range queryTimes {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date", text)
}

func (w window) holds(at time.Time) bool {
	return (w.from.IsZero() || !at.Before(w.from)) && (w.to.IsZero() || !at.After(w.to))
}

// stamp is a date as the hub writes it.
func stamp(at time.Time) *string {
	if at.IsZero() {
		return nil
	}
	text := at.UTC().Format("2006-01-02T15:04:05.000Z")
	return &text
}

// nullable is null for an empty text.
func nullable(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
