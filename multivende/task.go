package multivende

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/samber/lo"
)

// The states in which a task is over (guide, "¿Cómo generar y consultar etiquetas?").
const (
	TaskCompleted             = "completed"
	TaskCompletedWithWarnings = "completed_with_warnings"
	TaskFailed                = "failed"
)

// MaxTicketOrders is how many delivery orders one request for labels may name.
const MaxTicketOrders = 50

// Task is a request for labels that the hub works on.
type Task struct {
	ID        string
	State     string // any word but the three above: still at work
	URL       string // of the zip with the result; may be signed and short-lived: not for logs
	Message   string // the hub's words, cleaned
	Output    TaskOutput
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Done tells whether the task is over, however it ended.
func (t Task) Done() bool {
	return slices.Contains([]string{TaskCompleted, TaskCompletedWithWarnings, TaskFailed}, t.State)
}

// Failed tells whether the task failed as a whole. Orders in Output.Successful have their label
// anyway.
func (t Task) Failed() bool { return t.State == TaskFailed }

// TaskOutput says how each order of a task ended.
type TaskOutput struct {
	Present     bool // the hub gave one
	Available   []TaskOrder
	Successful  []TaskOrder
	Unavailable []TaskOrder
	Failed      []TaskOrder
	// TotalProcessed is a hint only: the guide explains it in two ways.
	TotalProcessed int
	// Links are all links anywhere in the output, as Amazon's come: each once, not for logs.
	Links []string
}

// TaskOrder is an order in one of a task's lists. Only DeliveryOrderID is always there.
type TaskOrder struct {
	DeliveryOrderID    string
	DeliveryOrderCode  string
	CheckoutID         string
	CheckoutCode       string
	CheckoutExternalID string
	LinkID             string
	LinkExternalID     string
	DocumentID         string
	Message            string   // why it failed, in the hub's words, cleaned
	Links              []string // links in this very entry, not for logs
}

// GenerateTickets asks for the labels of 1 to 50 delivery orders, all of one connection; provider
// is the connection's slug as the hub spells it. After an error with MayBeDone the task may be
// running: the caller must look for it in the list of tasks before asking again.
func (c *Client) GenerateTickets(ctx context.Context, provider, connectionID string, deliveryOrderIDs []string) (Task, error) {
	switch count := len(deliveryOrderIDs); {
	case count == 0 || count > MaxTicketOrders:
		return Task{}, c.refuse(routeGenerateTickets, "%d delivery orders, but a request takes 1 to %d", count, MaxTicketOrders)
	case slices.Contains(deliveryOrderIDs, ""):
		return Task{}, c.refuse(routeGenerateTickets, "a delivery order without id")
	case len(lo.Uniq(deliveryOrderIDs)) != count:
		return Task{}, c.refuse(routeGenerateTickets, "a delivery order is named twice")
	}
	var read taskEntry
	err := c.send(ctx, request{
		route:  routeGenerateTickets,
		values: map[string]string{"provider": provider, "marketplaceConnectionId": connectionID},
		body: struct {
			Orders []string `json:"orders"`
		}{deliveryOrderIDs},
	}, &read)
	if err != nil {
		return Task{}, err
	}
	if WhyUnusable(string(read.ID)) != "" {
		broken := c.missingObject(routeGenerateTickets, "task")
		broken.MayBeDone = true
		return Task{}, broken
	}
	return read.task(), nil
}

// Task reads a task. Each call makes new links.
func (c *Client) Task(ctx context.Context, id string) (Task, error) {
	var read taskEntry
	if err := c.read(ctx, request{route: routeTask, values: map[string]string{"taskId": id}}, &read); err != nil {
		return Task{}, err
	}
	if read.ID == "" {
		return Task{}, c.missingObject(routeTask, "task")
	}
	return read.task(), nil
}

// TaskPage is a page of the list of a connection's label tasks.
type TaskPage struct {
	Tasks    []Task
	Pages    int // how many there are, 0 when the hub does not say
	NextPage int // 0 at the end
}

// LabelTasks reads one page (the first is 1) of a connection's label tasks. The guide does not say
// in which order they come.
func (c *Client) LabelTasks(ctx context.Context, provider, connectionID string, page int) (TaskPage, error) {
	if page < 1 {
		return TaskPage{}, c.refuse(routeLabelTasks, "page %s: the first is 1", strconv.Itoa(page))
	}
	read, err := c.readPage(ctx, request{
		route:  routeLabelTasks,
		values: map[string]string{"provider": provider, "marketplaceConnectionId": connectionID},
	}, page)
	if err != nil {
		return TaskPage{}, err
	}
	entries := decodeNew(read, func(entry taskEntry) string { return string(entry.ID) }, map[string]bool{})
	result := TaskPage{
		Tasks:    lo.Map(entries, func(entry taskEntry, _ int) Task { return entry.task() }),
		NextPage: read.next(page),
	}
	if total := read.Pagination.value.TotalPages; total != nil {
		result.Pages = int(*total)
	}
	return result, nil
}

// NewestLabelTasks lists the newest label tasks of a connection, newest first. It reads the first
// page and, if that shows that the list begins with the oldest, the last two as well.
func (c *Client) NewestLabelTasks(ctx context.Context, provider, connectionID string) ([]Task, error) {
	first, err := c.LabelTasks(ctx, provider, connectionID, 1)
	if err != nil {
		return nil, err
	}
	all := first.Tasks
	if oldestFirst(all) {
		for page := max(2, first.Pages-1); page <= first.Pages; page++ {
			more, err := c.LabelTasks(ctx, provider, connectionID, page)
			if err != nil {
				return nil, err
			}
			all = append(all, more.Tasks...)
		}
	}
	all = lo.UniqBy(all, func(task Task) string { return task.ID })
	slices.SortStableFunc(all, func(a, b Task) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, nil
}

func oldestFirst(tasks []Task) bool {
	return len(tasks) > 1 && tasks[0].CreatedAt.Before(tasks[len(tasks)-1].CreatedAt)
}
