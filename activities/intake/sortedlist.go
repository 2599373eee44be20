package intake

import (
	"context"
	"strings"
	"time"

	"github.com/despacho/despacho/storage"
)

// sortedList is a list of objects that is read one by one, while it is listed.
type sortedList struct {
	objects <-chan storage.Object
	failed  <-chan error
	prefix  string

	// has says that there is an object that was not used yet: name is its key behind the prefix.
	has      bool
	name     string
	modified time.Time
}

// listSorted begins to list what stands under a prefix, a page ahead. It ends with ctx.
func listSorted(ctx context.Context, store *storage.Store, prefix string) *sortedList {
	objects, failed := make(chan storage.Object, 1), make(chan error, 1)
	go func() {
		defer close(objects)
		failed <- store.List(ctx, prefix, func(o storage.Object) error {
			select {
			case objects <- o:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	return &sortedList{objects: objects, failed: failed, prefix: prefix}
}

// fill takes the next object unless there is one.
func (l *sortedList) fill() error {
	if l.has || l.objects == nil {
		return nil
	}
	o, open := <-l.objects
	if !open {
		l.objects = nil
		return <-l.failed
	}
	l.has, l.name, l.modified = true, strings.TrimPrefix(o.Key, l.prefix), o.Modified
	return nil
}
