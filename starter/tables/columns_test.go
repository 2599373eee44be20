package tables

import (
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestColumnsHaveNoNameInCommon(t *testing.T) {
	t.Parallel()
	for name, layout := range map[string]Layout{"orders": ordersLayout, "statuses": statusLayout, "bins": binsLayout} {
		header := strings.Join(lo.FlatMap(layout.Columns, func(c Column, _ int) []string { return c.Words }), ";")
		for _, column := range layout.Columns {
			for _, word := range append(append([]string{}, column.Names...), column.Words...) {
				others := lo.Reject(layout.Columns, func(c Column, _ int) bool { return c.Names[0] == column.Names[0] })
				table, err := Read(name, strings.NewReader(strings.ToUpper(word)+";x\n1;\n"), Layout{Columns: append([]Column{column}, optional(others)...)})
				require.NoError(t, err, word)
				assert.Equal(t, append([]bool{true}, make([]bool, len(others))...), table.Has, "%s: %s of %s", name, word, header)
			}
		}
	}
}

func optional(columns []Column) []Column {
	return lo.Map(columns, func(c Column, _ int) Column {
		c.Needed = false
		return c
	})
}
