package contract_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
)

func TestSameRequest(t *testing.T) {
	t.Parallel()
	input := func(change func(*contract.LabelRunInput)) contract.LabelRunInput {
		in := contract.LabelRunInput{Merchant: "m1", Orders: references("1@c1", "2")}
		change(&in)
		return in
	}
	plainInput := input(func(*contract.LabelRunInput) {})

	same := map[string]func(*contract.LabelRunInput){
		"the defaults written out": func(in *contract.LabelRunInput) {
			in.Since, in.Within, in.Max, in.Format = contract.Duration(7*24*time.Hour), contract.Duration(2*time.Hour), 2000, "zpl"
		},
		"the orders in another order and twice": func(in *contract.LabelRunInput) { in.Orders = references("2", "1@c1", "2") },
		"the default printing written out": func(in *contract.LabelRunInput) {
			in.Printing = contract.Printing{Sort: "Single-First, deadline,order", Group: "none", Stock: "as-is", Start: 1}
		},
		"an empty list instead of none": func(in *contract.LabelRunInput) { in.Connections = []string{} },
	}
	for name, change := range same {
		t.Run(name+" is the same request", func(t *testing.T) {
			t.Parallel()
			assert.True(t, plainInput.SameAs(input(change)))
			assert.Empty(t, plainInput.Differences(input(change)))
		})
	}

	other := map[string]func(*contract.LabelRunInput){
		"connections":     func(in *contract.LabelRunInput) { in.Connections = []string{"c1"} },
		"orders":          func(in *contract.LabelRunInput) { in.Orders = references("1", "2") },
		"warehouse":       func(in *contract.LabelRunInput) { in.Warehouse = "w" },
		"since":           func(in *contract.LabelRunInput) { in.Since = contract.Duration(24 * time.Hour) },
		"within":          func(in *contract.LabelRunInput) { in.Within = contract.Duration(24 * time.Hour) },
		"max":             func(in *contract.LabelRunInput) { in.Max = -1 },
		"include-printed": func(in *contract.LabelRunInput) { in.IncludePrinted = true },
		"reprint":         func(in *contract.LabelRunInput) { in.Reprint = true },
		"format":          func(in *contract.LabelRunInput) { in.Format = "pdf" },
		"sort":            func(in *contract.LabelRunInput) { in.Sort = "order" },
		"reverse":         func(in *contract.LabelRunInput) { in.Reverse = true },
		"group":           func(in *contract.LabelRunInput) { in.Group = "channel" },
		"bins":            func(in *contract.LabelRunInput) { in.BinsKey = "runs/m/k/bins/1.json" },
		"stock":           func(in *contract.LabelRunInput) { in.Stock = "a6" },
		"start":           func(in *contract.LabelRunInput) { in.Start = 2 },
		"part":            func(in *contract.LabelRunInput) { in.Part = 50 },
		"stamp":           func(in *contract.LabelRunInput) { in.Stamp = true },
		"lists":           func(in *contract.LabelRunInput) { in.Lists = true },
		"separators":      func(in *contract.LabelRunInput) { in.Separators = true },
		"make-only":       func(in *contract.LabelRunInput) { in.MakeOnly = true },
		"plan":            func(in *contract.LabelRunInput) { in.Plan = true },
		"settings":        func(in *contract.LabelRunInput) { in.Settings.Asks = 2 },
	}
	for name, change := range other {
		t.Run("another "+name+" is another request", func(t *testing.T) {
			t.Parallel()
			assert.False(t, plainInput.SameAs(input(change)))
			assert.Equal(t, []string{name}, plainInput.Differences(input(change)))
		})
	}
}

func TestTheSameOrderOfThePileIsTheSameRequest(t *testing.T) {
	t.Parallel()
	word, flag := contract.LabelRunInput{}, contract.LabelRunInput{}
	word.Sort, flag.Sort, flag.Reverse = "courier,reverse", "courier", true
	assert.True(t, word.SameAs(flag))
}

func TestTheSameFitIsTheSameRequest(t *testing.T) {
	t.Parallel()
	on := func(stock, fit string) contract.LabelRunInput {
		return contract.LabelRunInput{Printing: contract.Printing{Stock: stock, Fit: fit}}
	}
	for name, test := range map[string]struct {
		a, b contract.LabelRunInput
		same bool
	}{
		"the default of a stock for one label":    {on("4x6in", ""), on("4x6in", " Content"), true},
		"another one":                             {on("4x6in", ""), on("4x6in", "page"), false},
		"on sheets the default is neither":        {on("a4-4up", ""), on("a4-4up", "content"), false},
		"nor the page":                            {on("a4-4up", ""), on("a4-4up", "page"), false},
		"pages that stay as they came fit anyhow": {on("", "label"), on("as-is", ""), true},
	} {
		assert.Equal(t, test.same, test.a.SameAs(test.b), name)
		if !test.same {
			assert.Equal(t, []string{"fit"}, test.a.Differences(test.b), name)
		}
	}
	assert.EqualError(t, contract.Printing{Fit: "width"}.Check(), `there is no fit "width"; there are content, page, label`)
}

func TestNewKeyIsAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 14, 15, 30, 0, time.UTC)
	first, second := contract.NewKey(now), contract.NewKey(now)
	assert.Regexp(t, `^20261121-141530-[a-z2-9]{6}$`, first)
	assert.NotEqual(t, first, second)
	assert.True(t, contract.ValidKey(first))
}

// references are orders as "order@connection" or "order".
func references(names ...string) []contract.OrderReference {
	var all []contract.OrderReference
	for _, name := range names {
		order, connection, _ := strings.Cut(name, "@")
		all = append(all, contract.OrderReference{Order: order, Connection: connection})
	}
	return all
}
