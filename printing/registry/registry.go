// Package registry keeps the printers of a site in the label store, as data. Begin with [Add] and [List];
// [Test] prints a small label and tells what the printer answered.
//
// Every write is conditional: two people who change one printer at the same time do not undo each other's work.
package registry

import (
	"context"
	"errors"
	"fmt"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/storage"
)

// ErrNoPrinter says that a site has no printer of a name.
var ErrNoPrinter = errors.New("there is no such printer")

// Add puts a printer into the registry of a site, or changes it. What is wrong with it is said all at once.
func Add(ctx context.Context, store *storage.Store, site string, printer printing.Printer) error {
	if err := Check(printer); err != nil {
		return err
	}
	key := storage.Printer(site, printer.Name)
	var there printing.Printer
	etag, err := store.GetTagged(ctx, key, &there)
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return err
	}
	_, err = store.PutIf(ctx, key, printer, etag)
	if errors.Is(err, storage.ErrChanged) {
		return fmt.Errorf("printer %s was changed by somebody else at the same moment; look at it and try again: %w", printer.Name, err)
	}
	return err
}

// Get returns a printer of a site; the error is [ErrNoPrinter] if it has none of that name.
func Get(ctx context.Context, store *storage.Store, site, name string) (printing.Printer, error) {
	var printer printing.Printer
	err := store.Get(ctx, storage.Printer(site, name), &printer)
	if errors.Is(err, storage.ErrNotFound) {
		return printer, fmt.Errorf("site %s, printer %s: %w", site, name, ErrNoPrinter)
	}
	return printer, err
}

// List returns the printers of a site by name.
func List(ctx context.Context, store *storage.Store, site string) ([]printing.Printer, error) {
	var keys []string
	err := store.List(ctx, storage.PrintersPrefix(site), func(object storage.Object) error {
		keys = append(keys, object.Key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	printers := make([]printing.Printer, 0, len(keys))
	for _, key := range keys {
		var printer printing.Printer
		err := store.Get(ctx, key, &printer)
		if errors.Is(err, storage.ErrNotFound) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		printers = append(printers, printer)
	}
	return printers, nil
}

// Remove takes a printer out of the registry; the error is [ErrNoPrinter] if there is none of that name.
func Remove(ctx context.Context, store *storage.Store, site, name string) error {
	if _, err := Get(ctx, store, site, name); err != nil {
		return err
	}
	return store.Delete(ctx, storage.Printer(site, name))
}
