package books_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities/books"
)

func TestReasonIsOneCleanLine(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ words, want string }{
		"words stay as they are":          {"Pedido sin stock en el canal", "Pedido sin stock en el canal"},
		"lines and tabs become spaces":    {" one\r\n\ttwo\u00a0three ", "one two three"},
		"control characters go":           {"a\x00b\x1b[31mc\x7f", "a b [31mc"},
		"broken characters go":            {"a\xff\xfeb", "a b"},
		"nothing stays nothing":           {"\n\t ", ""},
		"200 characters are not too many": {strings.Repeat("ñ", 200), strings.Repeat("ñ", 200)},
		"more are cut":                    {strings.Repeat("ñ", 201), strings.Repeat("ñ", 199) + "…"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := books.Reason(c.words)
			assert.Equal(t, c.want, got)
			assert.LessOrEqual(t, utf8.RuneCountInString(got), 200)
		})
	}
}

func TestPageCountsItsOrders(t *testing.T) {
	t.Parallel()
	var p books.Page
	p.End(order("a"), books.Rejected, "two\nlines")
	p.End(order("b"), books.Rejected, "")
	p.Ended = append(p.Ended, books.Entry{Order: order("c"), Status: books.StatusSynced})
	p.Ready, p.Pending, p.LeftOut = ready("d").Ready, pending("e", "f").Pending, []books.LeftOut{{ID: "g"}}

	assert.Equal(t, "two lines", p.Ended[0].Reason)
	assert.Equal(t, books.Counts{Ready: 1, Pending: 2, Ended: map[books.Outcome]int{books.Rejected: 2}, LeftOut: 1}, p.Counts(), "a status alone is no outcome")
	assert.Len(t, p.All(), 6)
}
