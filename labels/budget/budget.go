// Package budget bounds what it may cost to read the files of one bundle, all of them together. Begin
// with [New]; every reader of a file takes what it does from the same [Budget].
//
// It promises that a bundle is judged alike on every machine: a budget counts bytes and steps, never
// time. Only the end of its context depends on a clock.
package budget

import (
	"context"
	"errors"
	"sync/atomic"
)

// ErrSpent means that reading a file would cost more than its bundle may cost.
var ErrSpent = errors.New("reading it takes more work than the files of one bundle may take")

// Limits are what a bundle may cost. Bytes are unpacked bytes, of archives and of streams within
// files. A step is about the work of one operator of a page, or of a few bytes of text.
type Limits struct {
	Bytes, Steps int64
}

// For is what a bundle of that many packed bytes may cost.
func For(packed int64) Limits {
	const bytes, steps = 256 << 20, 30_000_000
	more := forMore(packed)
	return Limits{Bytes: bytes + more.Bytes, Steps: steps + more.Steps}
}

func forMore(packed int64) Limits {
	const bytesPerByte, stepsPerByte, most = 16, 10, 100 << 20
	packed = min(packed, most)
	return Limits{Bytes: bytesPerByte * packed, Steps: stepsPerByte * packed}
}

// Budget is what reading a bundle may still cost, for all goroutines that read it. A nil Budget has
// no bounds and does not end.
type Budget struct {
	ctx          context.Context // a budget is spent within one step of work and ends with it
	bytes, steps atomic.Int64
}

// New returns a budget that ends with ctx.
func New(ctx context.Context, limits Limits) *Budget {
	b := &Budget{ctx: ctx}
	b.bytes.Store(limits.Bytes)
	b.steps.Store(limits.Steps)
	return b
}

// Extend adds what further packed bytes may cost, for a bundle that comes in several files.
func (b *Budget) Extend(packed int64) {
	if b == nil {
		return
	}
	more := forMore(packed)
	b.bytes.Add(more.Bytes)
	b.steps.Add(more.Steps)
}

// Context is the context with which the budget ends.
func (b *Budget) Context() context.Context {
	if b == nil {
		return context.Background()
	}
	return b.ctx
}

// Unpack takes that many unpacked bytes. The error is [ErrSpent], or that of the context.
func (b *Budget) Unpack(bytes int64) error {
	if b == nil {
		return nil
	}
	return b.take(&b.bytes, bytes)
}

// Work takes steps. The error is [ErrSpent], or that of the context.
func (b *Budget) Work(steps int64) error {
	if b == nil {
		return nil
	}
	return b.take(&b.steps, steps)
}

// Check says whether anything may still be read: nil, [ErrSpent] or the error of the context.
func (b *Budget) Check() error {
	switch {
	case b == nil:
		return nil
	case b.ctx.Err() != nil:
		return b.ctx.Err()
	case b.bytes.Load() < 0 || b.steps.Load() < 0:
		return ErrSpent
	}
	return nil
}

func (b *Budget) take(left *atomic.Int64, n int64) error {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	if left.Add(-n) < 0 {
		return ErrSpent
	}
	return nil
}
