package workflows

import (
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"github.com/despacho/despacho/activities"
)

// Consent is the worker's interceptor that lets no step fail for want of a token: one that has
// waited for its merchant's new code as long as a step may take begins to wait anew. Steps that
// are done without when they take too long (impatient) are not held up.
type Consent struct {
	interceptor.WorkerInterceptorBase
}

// InterceptWorkflow holds a workflow's steps.
func (*Consent) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &consentInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type impatientKey struct{}

// impatient marks a step that ends also for want of a token: who began it does without it, or
// begins it anew.
func impatient(ctx workflow.Context) workflow.Context {
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

// patientStep is a step that begins anew when it could not wait longer for a token. It is none
// for a Selector, which takes only the SDK's own futures.
type patientStep struct {
	workflow.Future
	again func() workflow.Future
}

func (p *patientStep) Get(ctx workflow.Context, value any) error {
	for {
		err := p.Future.Get(ctx, value)
		if errorType(err) != activities.ErrorNeedsConsent {
			return err
		}
		p.Future = p.again()
	}
}
