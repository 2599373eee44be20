package door

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/docs/promised"
	"github.com/despacho/despacho/hooks"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
)

// overHTTP is the part of the partners' document about this package.
func overHTTP(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/partners.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(text), "\n## Over HTTP\n")
	require.True(t, found)
	section, _, _ := strings.Cut(after, "\n## ")
	return section
}

// command is a curl command of the document.
type command struct {
	method, address, body string
	headers               []string
}

// words splits a line as a shell does, as far as the document needs it.
func words(line string) (all []string) {
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range line {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote, open = r, true
		case r == quote:
			quote = 0
		case quote == 0 && (r == ' ' || r == '\n'):
			if open {
				all = append(all, word.String())
				word.Reset()
				open = false
			}
		default:
			open = true
			word.WriteRune(r)
		}
	}
	return append(all, word.String())
}

func commands(t *testing.T, variables ...string) (all []command) {
	t.Helper()
	for line := range strings.SplitSeq(strings.ReplaceAll(overHTTP(t), "\\\n", " "), "\n") {
		if !strings.HasPrefix(line, "curl ") {
			continue
		}
		parts := words(strings.NewReplacer(variables...).Replace(line))
		c := command{method: http.MethodGet}
		for i := 1; i < len(parts); i++ {
			switch parts[i] {
			case "-sS", "":
			case "-X":
				i++
				c.method = parts[i]
			case "-H":
				i++
				name, value, found := strings.Cut(parts[i], ": ")
				require.True(t, found, line)
				c.headers = append(c.headers, name, value)
			case "-d":
				i++
				c.body = parts[i]
			case "--data-binary":
				i++
				require.True(t, strings.HasPrefix(parts[i], "@"), line)
				c.body = "^XA^FDof " + parts[i] + "^FS^XZ"
			default:
				require.Empty(t, c.address, line)
				c.address = parts[i]
			}
		}
		all = append(all, c)
	}
	return all
}

// TestTheDocumentedCommandsWork does each job of the document, in its order, against a door in which there is what it
// speaks of; and there is a command for every route.
func TestTheDocumentedCommandsWork(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.key = s.addKey(t, partners.Scopes(), "m-4711")
	s.addOrder(t, "m-4711", "D-88", contract.IntakeLabelled)
	s.addOrder(t, "m-4711", "2000012345678901", contract.IntakeTakeOut)
	label, err := s.store.PutBytes(t.Context(), storage.LabelPrefix("m-4711", "c1"), ".zpl", "text/plain", []byte("^XA^XZ"))
	require.NoError(t, err)
	require.NoError(t, s.store.Put(t.Context(), storage.WaitingLabel("m-4711", "c1", "D-88"), map[string]any{"labels": []map[string]any{
		{"key": label.Key, "format": "zpl", "sha256": label.SHA256},
	}}))
	change := contract.StatusChangeID("m-4711", "c")
	s.statuses.changes[change] = contract.StatusChangeInput{}
	webhook, delivery := documentedWebhook(t, s, "m-4711")
	routes := map[string]bool{}
	all := commands(t, "$despacho", "", "$key", s.key, "$cursor", "", "$change", "m-4711~c", "$webhook", webhook, "'$delivery'", delivery)
	require.Greater(t, len(all), 10)
	for _, c := range all {
		var body any
		if c.body != "" {
			body = c.body
		}
		if strings.HasSuffix(c.address, "/files") || strings.Contains(c.address, "table-3-88") {
			finish(t, s, "pick-17")
		}
		if strings.HasSuffix(c.address, "/cancel") {
			s.runs.Runs[contract.RunID("m-4711", "pick-17")].State = contract.RunRunning
		}
		if strings.Contains(c.address, "wait=") {
			c.address = strings.Replace(c.address, "30s", "1ms", 1)
		}
		came := s.ask(c.method, c.address, body, c.headers...)
		assert.Less(t, came.Status, 300, "%s %s: %s", c.method, c.address, came.Body)
		request, err := http.NewRequestWithContext(t.Context(), c.method, c.address, http.NoBody)
		require.NoError(t, err)
		_, pattern := s.door.mux.Handler(request)
		routes[pattern] = true
	}
	for _, route := range operationsOf(Document()) {
		if route.Method+" "+route.Path != "GET /v1/batches" {
			assert.True(t, routes[route.Method+" "+route.Path], "the document has no command for %s %s", route.Method, route.Path)
		}
	}
}

// documentedWebhook makes a webhook with a delivery.
func documentedWebhook(t *testing.T, s *scene, merchant string) (id, delivery string) {
	t.Helper()
	made := decoded[Webhook](t, s.post("/v1/webhooks", "d", WebhookRequest{Merchant: merchant, URL: "https://wms.example.com/d", Events: []contract.WebhookEvent{contract.LabelReady}}))
	name := "1795000000000-00112233445566778899aabbcc"
	require.NoError(t, hooks.Keep(t.Context(), s.store, merchant, strings.TrimPrefix(made.ID, merchant+"~"), hooks.Delivery{
		Name: name, Message: hooks.Message{ID: "msg_00112233445566778899aabbcc", Event: contract.LabelReady, Body: []byte(`{}`)}, State: hooks.Failed,
	}))
	return made.ID, name
}

// finish ends a batch with files.
func finish(t *testing.T, s *scene, key string) {
	t.Helper()
	run := s.runs.Started(t, contract.RunID("m-4711", key))
	run.State, run.Over, run.EndAfter, run.Result = contract.RunCompleted, nil, 0, clienttest.Publish(t, s.store, "m-4711", key)
}

func TestTheDocumentsNameTheseLimits(t *testing.T) {
	t.Parallel()
	const document = "docs/partners.md"
	promised.Says(t, document, "%v requests a second for a key, %v at once", DefaultRate, DefaultBurst)
	promised.Says(t, document, "A batch names up to %v orders in up to %v MiB, a status change %v rows in %v MiB, a confirmation %v orders", MostOrders, mostBatchBody>>20, MostStatusRows, mostStatusBody>>20, contract.ConfirmLimit)
	promised.Says(t, document, "`limit` is at most %v", pageMost)
	promised.Says(t, document, "1 to %v characters of yours", longestKey)
	promised.Says(t, document, "else after %v seconds 202", int(maxWait.Seconds()))
	promised.Says(t, "docs/architecture.md", "| over HTTP: orders that a batch names; rows of a status change; entries of a page | %v; %v; %v |", MostOrders, MostStatusRows, pageMost)
	promised.Says(t, "docs/operating.md", "`revoke` ends one within %v", partners.KnownFor)
	promised.Says(t, "docs/decisions.md", "The first writer has it for %v seconds", int(holdFor.Seconds()))
	promised.Says(t, document, "A merchant has at most %v.", hooks.MostWebhooks)
	promised.Says(t, document, "up to %v of them are replayed by a request", mostReplays)
	promised.Says(t, document, "A message names up to %v orders, has less than %v kB", hooks.OrdersInMessage, hooks.MostBytes/1000)
	promised.Says(t, document, "both secrets sign for %v hours", int(hooks.Overlap.Hours()))
	promised.Says(t, document, "is heard of within %v seconds", int(hooks.KnownFor.Seconds()))
	for _, event := range contract.WebhookEvents() {
		assert.Contains(t, overHTTP(t), "| `"+string(event)+"` |")
	}
	for status := range batchStatuses {
		assert.Contains(t, overHTTP(t), "| `"+string(status)+"` |")
	}
}
