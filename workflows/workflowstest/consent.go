package workflowstest

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"github.com/despacho/despacho/workflows"
)

// ConsentingOptions returns the options of a worker whose steps wait for a token, as in production.
func ConsentingOptions() worker.Options {
	options := PatientOptions()
	options.Interceptors = []interceptor.WorkerInterceptor{&workflows.Consent{}}
	return options
}
