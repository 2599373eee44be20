package contract_test

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/despacho/despacho/contract"
)

// A partner's program starts the labels of a day for a merchant and waits for them. The same key
// gives the same run, so it can be started again after any trouble.
func Example() {
	printLabels := func(ctx context.Context, temporalClient client.Client, merchant, day string) (contract.RunResult, error) {
		var result contract.RunResult
		run, err := temporalClient.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID:                    contract.RunID(merchant, day),
			TaskQueue:             contract.TaskQueue,
			WorkflowIDReusePolicy: enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
			Priority:              contract.FairShare(merchant),
			TypedSearchAttributes: temporal.NewSearchAttributes(
				contract.MerchantAttribute.ValueSet(merchant),
				contract.RunAttribute.ValueSet(day),
			),
		}, contract.LabelRunType, contract.LabelRunInput{
			Merchant: merchant,
			Within:   contract.Duration(90 * time.Minute),
			Format:   "pdf",
			Printing: contract.Printing{Stock: "a4-4up", Sort: "courier,order", Lists: true},
		})
		if err != nil {
			return result, err
		}
		return result, run.Get(ctx, &result)
	}
	_ = printLabels // needs a client of Temporal: client.Dial

	fmt.Println(contract.RunID("m-1", "2026-11-29"))
	fmt.Println(contract.ConnectionID("m-1", "mercadolibre", "c-7"))
	fmt.Println(contract.BatchID("m-1", "mercadolibre", "c-7", "2026-11-29", 1, 3))
	// Output:
	// run/m-1/2026-11-29
	// connection/m-1/mercadolibre/c-7
	// connection/m-1/mercadolibre/c-7/batch/2026-11-29-3
}
