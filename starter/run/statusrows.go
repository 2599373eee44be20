package run

import (
	"fmt"
	"strings"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/tables"
	"github.com/despacho/despacho/starter/usage"
)

// namedRows are the rows of orders that flags name.
func namedRows(orders []string) ([]contract.StatusRow, error) {
	rows := lo.Map(orders, func(order string, _ int) contract.StatusRow {
		return contract.StatusRow{Order: strings.TrimSpace(order)}
	})
	wrong := lo.FilterMap(rows, func(row contract.StatusRow, _ int) (string, bool) {
		complaint := row.Check()
		return fmt.Sprintf("--order %q: %s", row.Order, complaint), complaint != ""
	})
	if len(wrong) > 0 {
		return nil, usage.Errorf(tables.StatusesHint, "%s", strings.Join(wrong[:min(len(wrong), tables.MistakesShown)], "\n"))
	}
	return rows, nil
}
