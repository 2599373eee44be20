package run

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/workflows"
)

func TestSameRequest(t *testing.T) {
	t.Parallel()
	input := func(change func(*workflows.LabelRunInput)) workflows.LabelRunInput {
		in := workflows.LabelRunInput{Merchant: "m1", Orders: references("1@c1", "2")}
		change(&in)
		return in
	}
	plainInput := input(func(*workflows.LabelRunInput) {})

	same := map[string]func(*workflows.LabelRunInput){
		"the defaults written out": func(in *workflows.LabelRunInput) {
			in.Since, in.Within, in.Max, in.Format = activities.Duration(7*day), activities.Duration(2*time.Hour), 2000, "zpl"
		},
		"the orders in another order and twice": func(in *workflows.LabelRunInput) { in.Orders = references("2", "1@c1", "2") },
		"the default printing written out": func(in *workflows.LabelRunInput) {
			in.Printing = activities.Printing{Sort: "Single-First, deadline,order", Group: "none", Stock: "as-is", Start: 1}
		},
		"an empty list instead of none": func(in *workflows.LabelRunInput) { in.Connections = []string{} },
	}
	for name, change := range same {
		t.Run(name+" is the same request", func(t *testing.T) {
			t.Parallel()
			assert.True(t, sameRequest(plainInput, input(change)))
			assert.Empty(t, differences(plainInput, input(change)))
		})
	}

	other := map[string]func(*workflows.LabelRunInput){
		"connections":     func(in *workflows.LabelRunInput) { in.Connections = []string{"c1"} },
		"orders":          func(in *workflows.LabelRunInput) { in.Orders = references("1", "2") },
		"warehouse":       func(in *workflows.LabelRunInput) { in.Warehouse = "w" },
		"since":           func(in *workflows.LabelRunInput) { in.Since = activities.Duration(day) },
		"within":          func(in *workflows.LabelRunInput) { in.Within = activities.Duration(day) },
		"max":             func(in *workflows.LabelRunInput) { in.Max = -1 },
		"include-printed": func(in *workflows.LabelRunInput) { in.IncludePrinted = true },
		"reprint":         func(in *workflows.LabelRunInput) { in.Reprint = true },
		"format":          func(in *workflows.LabelRunInput) { in.Format = "pdf" },
		"sort":            func(in *workflows.LabelRunInput) { in.Sort = "order" },
		"reverse":         func(in *workflows.LabelRunInput) { in.Reverse = true },
		"group":           func(in *workflows.LabelRunInput) { in.Group = "channel" },
		"bins":            func(in *workflows.LabelRunInput) { in.BinsKey = "runs/m/k/bins/1.json" },
		"stock":           func(in *workflows.LabelRunInput) { in.Stock = "a6" },
		"start":           func(in *workflows.LabelRunInput) { in.Start = 2 },
		"part":            func(in *workflows.LabelRunInput) { in.Part = 50 },
		"stamp":           func(in *workflows.LabelRunInput) { in.Stamp = true },
		"lists":           func(in *workflows.LabelRunInput) { in.Lists = true },
		"separators":      func(in *workflows.LabelRunInput) { in.Separators = true },
		"plan":            func(in *workflows.LabelRunInput) { in.Plan = true },
		"settings":        func(in *workflows.LabelRunInput) { in.Settings.Asks = 2 },
	}
	for name, change := range other {
		t.Run("another "+name+" is another request", func(t *testing.T) {
			t.Parallel()
			assert.False(t, sameRequest(plainInput, input(change)))
			assert.Equal(t, []string{name}, differences(plainInput, input(change)))
		})
	}
}

func TestTheSameOrderOfThePileIsTheSameRequest(t *testing.T) {
	t.Parallel()
	word, flag := workflows.LabelRunInput{}, workflows.LabelRunInput{}
	word.Sort, flag.Sort, flag.Reverse = "courier,reverse", "courier", true
	assert.True(t, sameRequest(word, flag))
}

func TestNewKeyIsAKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 14, 15, 30, 0, time.UTC)
	first, second := NewKey(now), NewKey(now)
	assert.Regexp(t, `^20261121-141530-[a-z2-9]{6}$`, first)
	assert.NotEqual(t, first, second)
	assert.True(t, workflows.ValidKey(first))
}
