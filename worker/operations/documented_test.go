package operations

import (
	"testing"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/docs/promised"
)

func TestTheDocumentsNameTheseOperations(t *testing.T) {
	t.Parallel()
	const document = "docs/partners.md"
	promised.Says(t, document, "| `%v` | `key` and all of a run's [input](#input), with up to %v `orders` in it |", contract.RunLabelsOperation, contract.NexusOrdersLimit)
	promised.Says(t, document, "| `%v` | `key` and all of a status change's [input](#statuses), with up to %v `rows` in it;", contract.ChangeStatusOperation, contract.NexusRowsLimit)
	promised.Says(t, document, "| `%v` | `merchant` and `orders`, 1 to %v names |", contract.ConfirmOperation, contract.ConfirmLimit)
	promised.Says(t, document, "the endpoint %v, which leads to our namespace and the task queue %v", contract.NexusEndpoint, contract.TaskQueue)
	promised.Says(t, document, "PDF or ZPL, at most %v MiB", contract.BroughtLabelLimit>>20)
}
