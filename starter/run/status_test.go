package run

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/statusbook"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/tables"
	"github.com/despacho/despacho/storage"
)

// fakeStatuses is Temporal as the status commands see it: a change ends as soon as somebody waits for
// it. Orders called lost-… do not arrive; a change for order "open" goes on and on.
type fakeStatuses struct {
	mu      sync.Mutex
	store   *storage.Store
	inputs  map[string]contract.StatusChangeInput
	started int
}

func newFakeStatuses(store *storage.Store) *fakeStatuses {
	return &fakeStatuses{store: store, inputs: map[string]contract.StatusChangeInput{}}
}

func (f *fakeStatuses) Start(_ context.Context, id string, input contract.StatusChangeInput) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, there := f.inputs[id]; there {
		return client.ErrRunExists
	}
	f.started++
	f.inputs[id] = input
	return nil
}

func (f *fakeStatuses) Request(_ context.Context, id string) (contract.StatusChangeInput, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	input, there := f.inputs[id]
	if !there {
		return input, client.ErrNoRun
	}
	return input, nil
}

func (f *fakeStatuses) rows(ctx context.Context, id string) ([]contract.StatusRow, error) {
	input, err := f.Request(ctx, id)
	if err != nil || input.RowsKey == "" {
		return input.Rows, err
	}
	var rows []contract.StatusRow
	return rows, f.store.Get(ctx, input.RowsKey, &rows)
}

func (f *fakeStatuses) Open(ctx context.Context, id string) (bool, error) {
	rows, err := f.rows(ctx, id)
	return lo.ContainsBy(rows, func(r contract.StatusRow) bool { return r.Order == "open" }), err
}

func (f *fakeStatuses) Progress(ctx context.Context, id string) (contract.StatusResult, error) {
	rows, err := f.rows(ctx, id)
	return contract.StatusResult{To: "shipped", State: contract.RunRunning, Requested: len(rows), Outcomes: map[contract.StatusOutcome]int{contract.StatusSynced: 1}}, err
}

func (f *fakeStatuses) Wait(ctx context.Context, id string) (contract.StatusResult, error) {
	rows, err := f.rows(ctx, id)
	if err != nil {
		return contract.StatusResult{}, err
	}
	merchant, key, _ := contract.ParseStatusChangeID(id)
	list := statusbook.ListOf(lo.Map(rows, func(r contract.StatusRow, i int) statusbook.EndedRow {
		ended := statusbook.EndedRow{Order: r.Order, Place: i, Outcome: contract.StatusSynced, Seconds: 12.5}
		if strings.HasPrefix(r.Order, "lost-") {
			ended.Outcome, ended.Reason = contract.StatusLate, contract.Reason{Words: "sent 3 times"}
		}
		return ended
	}))
	result := contract.StatusResult{
		Key: key, Merchant: merchant, To: "shipped", State: contract.RunCompleted, Requested: list.Requested, Outcomes: list.Outcomes,
		Rows: storage.StatusResult(merchant, key),
	}
	return result, f.store.Put(ctx, result.Rows, struct {
		contract.StatusList
		Result contract.StatusResult `json:"result"`
	}{list, result})
}

// askedCommand prints the input with which the one status change was started whose id has a prefix.
func askedCommand(ts *testscript.TestScript, neg bool, args []string) {
	statuses, ok := ts.Value("statuses").(*fakeStatuses)
	if !ok || neg || len(args) != 1 {
		ts.Fatalf("usage: asked PREFIX")
	}
	for id, input := range statuses.inputs {
		if strings.HasPrefix(id, args[0]) {
			rows, err := statuses.rows(context.Background(), id)
			ts.Check(err)
			input.Rows, input.RowsKey = rows, ""
			ts.Check(desk{Program: Program{Out: ts.Stdout()}}.printJSON(input))
			return
		}
	}
	ts.Fatalf("nothing was asked under %s", args[0])
}

func TestStatusRows(t *testing.T) {
	t.Parallel()
	want := []contract.StatusRow{
		{Order: "d-1", TrackingNumber: "4711", TrackingURL: "https://carrier.example/4711", Courier: "Blue Express", Comment: "frágil; arriba"},
		{Order: "d-2"},
	}
	for name, content := range map[string]string{
		"commas":                      "delivery_order_id,tracking_number,tracking_url,courier,comment\nd-1,4711,https://carrier.example/4711,Blue Express,frágil; arriba\nd-2,,,,\n",
		"semicolons, quotes and CRLF": "\ufeffDelivery_Order_ID;comment;tracking_number;tracking_url;courier\r\n\"d-1\";\"frágil; arriba\";4711;https://carrier.example/4711;\"Blue Express\"\r\n\r\nd-2\r\n",
		"tabs and other columns":      "sku\tdelivery_order_id\ttracking_number\ttracking_url\tcourier\tcomment\nx\td-1\t'4711\thttps://carrier.example/4711\tBlue Express\tfrágil; arriba\ny\td-2\t\t\t\t\n",
		"a comment of several lines":  "delivery_order_id,tracking_number,tracking_url,courier,comment\nd-1,4711,https://carrier.example/4711,Blue Express,\"frágil;\r\narriba\"\nd-2,,,,\n",
		"JSON":                        `[{"delivery_order_id":"d-1","tracking_number":4711,"tracking_url":"https://carrier.example/4711","courier":"Blue Express","comment":"frágil; arriba"},` + "\n" + `{"delivery_order_id":"d-2","courier":null,"other":7}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, err := tables.ParseStatuses("f", strings.NewReader(content))
			require.NoError(t, err)
			assert.Equal(t, want, file.Rows)
		})
	}
}

func TestWrongStatusRowsAreNamedAtOnce(t *testing.T) {
	t.Parallel()
	for content, complaints := range map[string][]string{
		"delivery_order_id,tracking_url\nd-1,javascript:1\n,x\nd\u200b2,\nd-3,https://a.example\nd-3,https://b.example\n": {
			"f, line 2: tracking_url", "f, line 3: there is no delivery_order_id", "f, line 4: delivery_order_id has more than 128 characters, or some that cannot be seen", "f, line 6: order d-3 is on line 5 already"},
		"folio\nd-1\n": {`no column "delivery_order_id"`},
		"delivery_order_id,delivery_order_id\nd-1,d-2\n": {"two columns"},
		"":                               {"is empty"},
		"\xff\xfed\x00":                  {"no column"},
		`{"delivery_order_id":"d-1"}`:    {"holds a JSON object, not an array"},
		`[{"delivery_order_id":true}]`:   {"line 1, column delivery_order_id: it is not a text"},
		"[{\"delivery_order_id\":\"d\"}": {"ends too early"},
		`[7.5]`:                          {"f, line 1"},
		"delivery_order_id\n\"d-1\n":     {"f, line"},
	} {
		_, err := tables.ParseStatuses("f", strings.NewReader(content))
		problem := requireCode(t, err, ExitUsage)
		for _, complaint := range complaints {
			assert.Contains(t, problem.Message, complaint)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2026-11-21T15:00:00Z", "2026-11-21T12:00:00-03:00", "2026-11-21 15:00:00", "2026-11-21 15:00", "2026-11-21T15:00"} {
		var m Moment
		require.NoError(t, m.UnmarshalText([]byte(text)))
		assert.Equal(t, time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC), time.Time(m), text)
	}
	var m Moment
	assert.Error(t, m.UnmarshalText([]byte("tomorrow")))
}

func TestTheJSONOfAStatusChangeHasOneShape(t *testing.T) {
	t.Parallel()
	for _, list := range []contract.StatusList{
		listOf(contract.StatusResult{}, nil),
		listOf(contract.StatusResult{Requested: 1, Outcomes: map[contract.StatusOutcome]int{"synced": 1}}, []contract.StatusListRow{{Order: "d-1", Outcome: "synced", Seconds: 4}}),
	} {
		var members map[string]json.RawMessage
		encoded, err := json.Marshal(list)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(encoded, &members))
		assert.ElementsMatch(t, []string{"requested", "outcomes", "rows"}, lo.Keys(members))
		assert.NotContains(t, string(encoded), "null")
	}
}

func TestPartnersDocumentTellsOfStatuses(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../../docs/partners.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(source), "\n## Statuses\n")
	require.True(t, found)
	section, _, _ := strings.Cut(after, "\n## ")
	for _, value := range []any{contract.StatusRequest{}, contract.StatusRow{}, contract.StatusList{}, contract.StatusListRow{}, contract.StatusResult{}} {
		for _, field := range jsonFields(reflect.TypeOf(value)) {
			assert.Contains(t, section, field)
		}
	}
	for _, outcome := range contract.StatusOutcomes() {
		assert.Contains(t, section, "| `"+string(outcome)+"` |")
	}
	for _, status := range append(channels.SettableStatuses(), channels.SettablePickUpStatuses()...) {
		assert.Contains(t, section, "`"+string(status)+"`")
	}
	assert.Contains(t, section, "`"+contract.StatusChangeID("<merchant>", "<key>")+"`")
	assert.Contains(t, section, "`"+contract.StatusChangeType+"`")
}
