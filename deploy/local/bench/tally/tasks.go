package tally

import (
	"time"

	"go.temporal.io/api/workflowservice/v1"
)

// tasks remembers which tasks workers have, because they answer with a token only.
type tasks struct {
	types   map[string]string    // of workflows, by workflow id
	open    map[string]string    // workflow tasks: the type of their workflow, by token
	running map[string]beginning // activities, by token
	busy    map[string][]Try
}

// beginning is when a worker took an activity.
type beginning struct {
	workflow, activity string
	at                 time.Time
	patience           time.Duration
}

func newTasks() tasks {
	return tasks{types: map[string]string{}, open: map[string]string{}, running: map[string]beginning{}, busy: map[string][]Try{}}
}

// workflow notes that a worker has a workflow task.
func (t *tasks) workflow(task *workflowservice.PollWorkflowTaskQueueResponse) {
	if len(task.GetTaskToken()) == 0 || task.GetQuery() != nil {
		return
	}
	name := task.GetWorkflowType().GetName()
	t.open[string(task.GetTaskToken())] = name
	t.types[task.GetWorkflowExecution().GetWorkflowId()] = name
}

// take returns the type of the workflow whose task this is, and forgets the task.
func (t *tasks) take(token []byte) string {
	name := t.open[string(token)]
	delete(t.open, string(token))
	return name
}

func (t *tasks) typeOf(workflowID string) string { return t.types[workflowID] }

// ended adds the time that an activity took.
func (t *tasks) ended(token []byte) {
	begun, ok := t.running[string(token)]
	if !ok {
		return
	}
	delete(t.running, string(token))
	t.busy[begun.activity] = append(t.busy[begun.activity], Try{time.Since(begun.at), begun.patience})
}
