package tickets

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/storage"
)

// acquaintances are the orders that a run knows of a connection, by what is
// printed on their labels: a file that names one of them is that order's and
// nobody else's. Pages are put once, so each is read once a process.
type acquaintances struct {
	mu    sync.Mutex
	known map[string]*connectionOrders
}

type connectionOrders struct {
	mu     sync.Mutex
	pages  map[string]bool
	orders []labels.Order
}

// keptConnections bounds the connections whose orders are remembered.
const keptConnections = 32

func (a *acquaintances) of(prefix string) *connectionOrders {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil || len(a.known) >= keptConnections && a.known[prefix] == nil {
		a.known = map[string]*connectionOrders{}
	}
	if a.known[prefix] == nil {
		a.known[prefix] = &connectionOrders{pages: map[string]bool{}}
	}
	return a.known[prefix]
}

// orders returns those orders that were read so far, the batch's own first.
func (a *acquaintances) orders(ctx context.Context, store *storage.Store, scope activities.Scope, batch []labels.Order) ([]labels.Order, error) {
	prefix := strings.TrimSuffix(storage.RunOutcome(scope.Merchant, scope.Run, scope.Connection.ID, strconv.Itoa(1)), ".json") + "/" + books.ReadPage
	connection := a.of(prefix)
	connection.mu.Lock()
	defer connection.mu.Unlock()
	err := store.List(ctx, prefix, func(o storage.Object) error {
		if connection.pages[o.Key] {
			return nil
		}
		var page books.Page
		if err := store.Get(ctx, o.Key, &page); err != nil {
			return err
		}
		connection.pages[o.Key] = true
		connection.orders = append(connection.orders, printedAll(page.All())...)
		return nil
	})
	ours := lo.KeyBy(batch, func(o labels.Order) string { return o.ID })
	others := lo.Reject(connection.orders, func(o labels.Order, _ int) bool { return lo.HasKey(ours, o.ID) })
	return append(append([]labels.Order{}, batch...), others...), err
}
