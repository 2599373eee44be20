package activitiestest

import (
	"context"
	"slices"
	"sync"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
)

// callLog keeps the calls that a world's client has made.
type callLog struct {
	mu    sync.Mutex
	calls []multivende.Call
}

func (l *callLog) note(_ context.Context, call multivende.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, call)
}

// during are the calls that were made while something was done.
func (l *callLog) During(do func()) []multivende.Call {
	l.mu.Lock()
	before := len(l.calls)
	l.mu.Unlock()
	do()
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.calls[before:])
}

// GoingFirst leaves out the calls that gave way.
func GoingFirst(calls []multivende.Call) []multivende.Call {
	return lo.Filter(calls, func(c multivende.Call, _ int) bool { return !c.Background })
}
