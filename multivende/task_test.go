package multivende

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const wholeTask = `{"_id":"t-1","processStatus":"completed_with_warnings","url":"https://files.example/t-1.zip","status":"created",
 "createdAt":"2026-11-21T10:00:00.000Z","updatedAt":"2026-11-21T10:30:00.000Z","MerchantId":"m-1","output":%s}`

const wholeOutput = `{
 "ordersWithAvailableDeliveryOrderTickets":[{"deliveryOrderId":"d-1","deliveryOrderCode":"D-1","checkoutId":"c-1","checkoutCode":"C-1",
   "checkoutExternalId":991,"deliveryOrderLinkId":"l-1","deliveryOrderLinkExternalId":"le-1"}],
 "ordersWithUnavailableDeliveryOrderTickets":["d-2",{"deliveryOrderId":"d-3","reason":"sin etiqueta"}],
 "failedDeliveryOrders":[4,{"deliveryOrder":{"deliveryOrderId":"d-5"},"error":{"message":"carrier says no"}},{"deliveryOrder":"d-6"},{"_id":"d-7"},null,{},"" ],
 "successfulDeliveryOrderDocuments":[{"deliveryOrder":{"deliveryOrderId":"d-1","deliveryOrderCode":"D-1","checkoutId":"c-1","checkoutCode":"C-1",
   "checkoutExternalId":"991","deliveryOrderLinkId":"l-1","deliveryOrderLinkExternalId":"le-1"},"deliveryOrderDocumentId":"doc-1"},
   {"deliveryOrderId":"d-8","url":"https://files.example/8.pdf"}],
 "totalOrderProcessed":"2"}`

func taskOf(t *testing.T, body string) Task {
	t.Helper()
	task, err := newHub(t, map[string]http.HandlerFunc{"/api/bulk-actions-task/t-1": says(body)}).client(t).Task(t.Context(), "t-1")
	require.NoError(t, err)
	return task
}

func TestTaskInFull(t *testing.T) {
	t.Parallel()
	quoted := strings.NewReplacer("\n", " ", `"`, `\"`).Replace(wholeOutput)
	for name, output := range map[string]string{"an object": wholeOutput, "JSON in a string": `"` + quoted + `"`} {
		t.Run("the output is "+name, func(t *testing.T) {
			t.Parallel()
			task := taskOf(t, fmt.Sprintf(wholeTask, output))
			first := TaskOrder{DeliveryOrderID: "d-1", DeliveryOrderCode: "D-1", CheckoutID: "c-1", CheckoutCode: "C-1",
				CheckoutExternalID: "991", LinkID: "l-1", LinkExternalID: "le-1"}
			labelled := first
			labelled.DocumentID = "doc-1"
			assert.Equal(t, Task{
				ID: "t-1", State: TaskCompletedWithWarnings, URL: "https://files.example/t-1.zip",
				CreatedAt: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), UpdatedAt: time.Date(2026, 11, 21, 10, 30, 0, 0, time.UTC),
				Output: TaskOutput{
					Present:     true,
					Available:   []TaskOrder{first},
					Unavailable: []TaskOrder{{DeliveryOrderID: "d-2"}, {DeliveryOrderID: "d-3", Message: "sin etiqueta"}},
					Failed: []TaskOrder{{DeliveryOrderID: "4"}, {DeliveryOrderID: "d-5", Message: "carrier says no"},
						{DeliveryOrderID: "d-6"}, {DeliveryOrderID: "d-7"}},
					Successful:     []TaskOrder{labelled, {DeliveryOrderID: "d-8", Links: []string{"https://files.example/8.pdf"}}},
					TotalProcessed: 2, Links: []string{"https://files.example/8.pdf"},
				},
			}, task)
		})
	}
}

func TestTasksWithoutOutput(t *testing.T) {
	t.Parallel()
	for _, output := range []string{"null", `""`, `"nothing yet"`, "[]", "7"} {
		task := taskOf(t, fmt.Sprintf(wholeTask, output))
		assert.Equal(t, TaskOutput{}, task.Output, output)
		assert.Equal(t, "https://files.example/t-1.zip", task.URL)
	}
	assert.True(t, taskOf(t, fmt.Sprintf(wholeTask, "{}")).Output.Present)
}

func TestTaskOutputWithListsInOtherShapes(t *testing.T) {
	t.Parallel()
	task := taskOf(t, fmt.Sprintf(wholeTask, `{"failedDeliveryOrders":null,"ordersWithUnavailableDeliveryOrderTickets":"[\"d-1\"]",
		"successfulDeliveryOrderDocuments":{"deliveryOrder":"{\"deliveryOrderId\":\"d-2\"}","deliveryOrderDocumentId":5},
		"ordersWithAvailableDeliveryOrderTickets":"d-3"}`))
	assert.Empty(t, task.Output.Failed)
	assert.Equal(t, "d-1", task.Output.Unavailable[0].DeliveryOrderID)
	assert.Equal(t, TaskOrder{DeliveryOrderID: "d-2", DocumentID: "5"}, task.Output.Successful[0])
	assert.Equal(t, "d-3", task.Output.Available[0].DeliveryOrderID)
}

func TestAmazonsLinksAreFoundAnywhereInTheOutput(t *testing.T) {
	t.Parallel()
	task := taskOf(t, fmt.Sprintf(wholeTask, `{"documents":{"url":"https://a.example/1?sig=x"},"successfulDeliveryOrderDocuments":[
		{"deliveryOrder":{"deliveryOrderId":"d-1"},"files":["https://a.example/2","https://a.example/1?sig=x","no link",7,null]}]}`))
	assert.ElementsMatch(t, []string{"https://a.example/1?sig=x", "https://a.example/2"}, task.Output.Links)
	assert.Equal(t, []string{"https://a.example/2", "https://a.example/1?sig=x"}, task.Output.Successful[0].Links)

	many := strings.Join(lo.Times(500, func(i int) string { return fmt.Sprintf(`"https://a.example/%d"`, i) }), ",")
	assert.Len(t, taskOf(t, fmt.Sprintf(wholeTask, `{"links":[`+many+`]}`)).Output.Links, maxLinks)
}

func TestTaskStates(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]struct{ done, failed bool }{
		`"completed"`: {true, false}, `"completed_with_warnings"`: {true, false}, `"failed"`: {true, true}, `"COMPLETED"`: {true, false},
		`"completed-with-warnings"`: {true, false}, `"pending"`: {}, `"processing"`: {}, `"a new word"`: {}, `null`: {}, `""`: {}, `7`: {},
	} {
		task := taskOf(t, `{"_id":"t-1","processStatus":`+state+`,"error":{"message":"why"}}`)
		assert.Equal(t, want.done, task.Done(), state)
		assert.Equal(t, want.failed, task.Failed(), state)
		assert.Equal(t, "why", task.Message)
	}
}

func TestGenerateTickets(t *testing.T) {
	t.Parallel()
	const path = "/api/mercadolibre-connections/c-1/delivery-order-tickets/generation"
	hub := newHub(t, map[string]http.HandlerFunc{path: answers(http.StatusCreated, `{"_id":99,"processStatus":"pending"}`)})
	client := hub.client(t)
	ids := lo.Times(50, func(i int) string { return fmt.Sprintf("d-%d", i) })

	task, err := client.GenerateTickets(t.Context(), "mercadolibre", "c-1", ids)
	require.NoError(t, err)
	assert.Equal(t, "99", task.ID)
	assert.False(t, task.Done())
	sent := hub.seen()[0]
	assert.Equal(t, http.MethodPut, sent.Method)
	assert.Equal(t, "application/json", sent.Header.Get("Content-Type"))
	assert.JSONEq(t, `{"orders":["`+strings.Join(ids, `","`)+`"]}`, sent.Body)

	for name, wrong := range map[string][]string{
		"none": nil, "fifty-one": append(ids, "d-50"), "one without id": {"d-1", ""}, "one twice": {"d-1", "d-1"},
	} {
		t.Run(name+" is not sent", func(t *testing.T) {
			t.Parallel()
			_, err := client.GenerateTickets(t.Context(), "mercadolibre", "c-1", wrong)
			assert.Equal(t, Refused, ClassOf(err))
			assert.Len(t, hub.seen(), 1)
		})
	}
}

func TestLabelTasks(t *testing.T) {
	t.Parallel()
	pageOf := func(ids string, next, total int) string {
		entries := lo.Map(strings.Fields(ids), func(id string, _ int) string {
			minute := strings.TrimPrefix(id, "t-")
			return fmt.Sprintf(`{"_id":%q,"processStatus":"completed","createdAt":"2026-11-21T10:%s:00Z"}`, id, minute)
		})
		return fmt.Sprintf(`{"entries":[%s],"pagination":{"next_page":%d,"total_pages":%d}}`, strings.Join(entries, ","), next, total)
	}
	const path = "/api/m/m-1/bulk-actions-task/paris-generate-delivery-order-ticket/p/"
	ids := func(tasks []Task) []string { return lo.Map(tasks, func(task Task, _ int) string { return task.ID }) }

	t.Run("a page tells the next", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{path + "2": says(pageOf("t-10", 3, 3))})
		page, err := hub.client(t).LabelTasks(t.Context(), "paris", "c&1", 2)
		require.NoError(t, err)
		assert.Equal(t, []string{"t-10"}, ids(page.Tasks))
		assert.Equal(t, 3, page.NextPage)
		assert.Equal(t, 3, page.Pages)
		assert.Equal(t, "_marketplaceConnectionId=c%261", hub.seen()[0].Query)
		_, err = hub.client(t).LabelTasks(t.Context(), "paris", "c-1", 0)
		assert.Equal(t, Refused, ClassOf(err))
	})
	t.Run("the newest come first when the list begins with them", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{path + "1": says(pageOf("t-30 t-20", 2, 9))})
		tasks, err := hub.client(t).NewestLabelTasks(t.Context(), "paris", "c-1")
		require.NoError(t, err)
		assert.Equal(t, []string{"t-30", "t-20"}, ids(tasks))
		assert.Len(t, hub.seen(), 1)
	})
	t.Run("the newest come first when the list ends with them", func(t *testing.T) {
		t.Parallel()
		hub := newHub(t, map[string]http.HandlerFunc{
			path + "1": says(pageOf("t-10 t-11", 2, 5)), path + "4": says(pageOf("t-40 t-41", 5, 5)), path + "5": says(pageOf("t-41 t-50", 0, 5)),
		})
		tasks, err := hub.client(t).NewestLabelTasks(t.Context(), "paris", "c-1")
		require.NoError(t, err)
		assert.Equal(t, []string{"t-50", "t-41", "t-40", "t-11", "t-10"}, ids(tasks))
		assert.Len(t, hub.seen(), 3)
	})
}
