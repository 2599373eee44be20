package labelrun

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
)

func TestDetailsTellWhatWasChangedOnLabels(t *testing.T) {
	t.Parallel()
	r := labelRun{changes: []contract.ChangeCount{{Change: "shrunk ×0.990 to fit", Count: 3, Example: "A|1"}}}
	assert.Contains(t, r.details(), "| labels | changed | such as |\n|--:|---|---|\n| 3 | shrunk ×0.990 to fit | A\\|1 |\n")
	assert.NotContains(t, (&labelRun{}).details(), "changed")
}
