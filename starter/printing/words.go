package printing

import (
	"strings"

	"github.com/alecthomas/kong"
	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
)

// Words are the lists that help texts name, from the contract; a parser of [Flags] is given them.
func Words() kong.Vars {
	runs, orders := texts(contract.RunStates()), texts(contract.IntakeOrderStates())
	return kong.Vars{
		"run_states": joinWithOr(runs), "run_state_enum": "," + strings.Join(runs, ","),
		"order_states": joinWithOr(orders), "order_state_enum": "," + strings.Join(orders, ","),
		"sorts": strings.Join(texts(contract.SortKeys()), ", "), "sort": contract.DefaultSort, "stocks": joinWithOr(contract.Stocks()), "stock": contract.AsIs,
		"fits": contract.FitContent + " (it is cut to what is printed), " + contract.FitPage + " (the page is shrunk) or " +
			contract.FitLabel + " (what stands apart from the label is also left out)",
		"fit":      contract.FitContent + ", but " + contract.FitPage + " on sheets if that shrinks it by no more than 5 %",
		"statuses": joinWithOr(contract.SettableStatuses()), "pickup_statuses": joinWithOr(contract.SettablePickUpStatuses()),
	}
}

func texts[T ~string](values []T) []string {
	return lo.Map(values, func(value T, _ int) string { return string(value) })
}

// joinWithOr lists words as "a, b or c".
func joinWithOr(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
