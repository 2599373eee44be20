package printing

import (
	"context"
	"time"

	"github.com/despacho/despacho/storage"
)

// meanwhile does something with the store, for as long as that takes, and asks the printer meanwhile.
func (r *round) meanwhile(do func(context.Context) error) error {
	done := make(chan error, 1)
	go func() { done <- r.patiently(r.life, do) }()
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(pollPause):
			r.poll()
		}
	}
}

// patiently does something with the store again while that fails in a way that may pass.
func (r *round) patiently(ctx context.Context, do func(context.Context) error) error {
	pause := storePause
	for {
		err := do(ctx)
		if err == nil || !storage.IsTransient(err) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
		pause = min(2*pause, storePauseMost)
	}
}
