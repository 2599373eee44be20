package pdf

import "github.com/despacho/despacho/labels/budget"

// LeaveSteps limits the steps that may still be taken for the file.
func (d Document) LeaveSteps(n int64) {
	d.source.limits.Budget = budget.New(d.source.limits.Budget.Context(), budget.Limits{Bytes: 1 << 20, Steps: n})
}
