package multivende

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
)

// maxPages bounds a list: 100,000 entries at the hub's 50 per page.
const maxPages = 2000

// page is the envelope of every list (guide, "Paginación").
type page struct {
	Entries    *list[json.RawMessage] `json:"entries"`
	Pagination object[pagination]     `json:"pagination"`
}

type pagination struct {
	TotalPages *number `json:"total_pages"`
	NextPage   *number `json:"next_page"`
	TotalItems *number `json:"total_items"`
}

// next is the number of the next page, 0 at the end. If the hub leaves next_page out, total_pages
// tells.
func (p page) next(current int) int {
	at := p.Pagination.value
	switch {
	case at.TotalPages != nil && *at.TotalPages == 0:
		return 0
	case at.NextPage != nil && *at.NextPage > number(current):
		return int(*at.NextPage)
	case at.NextPage == nil && at.TotalPages != nil && *at.TotalPages > number(current):
		return current + 1
	}
	return 0
}

// readPage reads one page of a list, the first being 1.
func (c *Client) readPage(ctx context.Context, r request, number int) (page, error) {
	r.values = maps.Clone(r.values)
	if r.values == nil {
		r.values = map[string]string{}
	}
	r.values["page"] = strconv.Itoa(number)
	var raw json.RawMessage
	if err := c.read(ctx, r, &raw); err != nil {
		return page{}, err
	}
	if len(raw) > 0 && raw[0] == '[' {
		var bare list[json.RawMessage]
		_ = json.Unmarshal(raw, &bare)
		return page{Entries: &bare}, nil
	}
	var read page
	if json.Unmarshal(raw, &read) != nil || read.Entries == nil && !read.Pagination.present {
		return page{}, &Error{Class: Broken, Route: c.label(r.route), CalledRoute: c.called(r.route), Status: 200, Excerpt: "the answer is not a list"}
	}
	return read, nil
}

// walk reads a list to its end and calls each with every page's new entries. Pages shift during
// the walk, so an entry whose id came before, or that has no id, is left out.
func walk[T any](ctx context.Context, c *Client, r request, id func(T) string, each func([]T) error) error {
	seen := map[string]bool{}
	barren := 0 // pages in a row with nothing new
	for number := 1; number != 0; {
		if number > maxPages {
			return &Error{Class: Broken, Route: c.label(r.route), Excerpt: fmt.Sprintf("the list has more than %d pages", maxPages)}
		}
		read, err := c.readPage(ctx, r, number)
		if err != nil {
			return err
		}
		fresh := decodeNew(read, id, seen)
		if barren++; len(fresh) > 0 {
			barren = 0
			if err := each(fresh); err != nil {
				return err
			}
		}
		if barren == 2 {
			return nil
		}
		number = read.next(number)
	}
	return nil
}

func decodeNew[T any](read page, id func(T) string, seen map[string]bool) []T {
	if read.Entries == nil {
		return nil
	}
	var fresh []T
	for _, raw := range *read.Entries {
		var entry T
		if json.Unmarshal(raw, &entry) != nil {
			continue
		}
		if key := id(entry); key != "" && !seen[key] {
			seen[key] = true
			fresh = append(fresh, entry)
		}
	}
	return fresh
}
