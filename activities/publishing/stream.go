package publishing

import (
	"fmt"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/lists"
	"github.com/despacho/despacho/labels/stamp"
)

// labelStamps gives each label its stamp; nil when labels are not stamped.
type labelStamps func(toPrint) stamp.Stamp

// stamping gives each label the number of its order in the pile and its items.
func (in PublishInput) stamping(rows []contract.ManifestRow) labelStamps {
	if !in.Stamp {
		return nil
	}
	return func(l toPrint) stamp.Stamp {
		row := rows[l.row]
		return stamp.Stamp{
			Number: lo.FromPtr(row.Position), Of: len(rows),
			Lines: lo.Map(row.Items, func(i contract.Item, _ int) string { return fmt.Sprintf("%d × %s", i.Quantity, lists.Item(i).Title()) }),
		}
	}
}
