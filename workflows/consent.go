package workflows

import (
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/contract"
)

// Consent is the interceptor that keeps a step from failing for want of a token. A step that has
// waited for its merchant's new code as long as a step may take is started again. Steps marked
// [Impatient] are let go.
type Consent struct {
	interceptor.WorkerInterceptorBase
}

// InterceptWorkflow wraps the steps that a workflow starts.
func (*Consent) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &consentInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type impatientKey struct{}

// Impatient marks a step that may fail for want of a token: its caller goes on without it, or starts
// it again itself.
func Impatient(ctx workflow.Context) workflow.Context {
	return workflow.WithValue(ctx, impatientKey{}, true)
}

func isImpatient(ctx workflow.Context) bool {
	marked, _ := ctx.Value(impatientKey{}).(bool)
	return marked
}

type consentInbound struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (c *consentInbound) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return c.Next.Init(&consentOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}})
}

type consentOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (c *consentOutbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	begin := func() workflow.Future { return c.Next.ExecuteActivity(ctx, activityType, args...) }
	if isImpatient(ctx) {
		return begin()
	}
	return &patientStep{Future: begin(), again: begin}
}

// patientStep starts again when it ran out of time waiting for a token. A Selector does not take it:
// the SDK accepts only its own futures there.
type patientStep struct {
	workflow.Future
	again func() workflow.Future
}

func (p *patientStep) Get(ctx workflow.Context, value any) error {
	for {
		err := p.Future.Get(ctx, value)
		if ErrorType(err) != contract.ErrorNeedsConsent {
			return err
		}
		p.Future = p.again()
	}
}

// ConsentCheckEvery is how often an account that needs consent is checked, in case the signal was never
// sent.
const ConsentCheckEvery = time.Hour
