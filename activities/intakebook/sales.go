package intakebook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/storage"
)

// IntakeSale is what the intake knows of a sale; it stands at storage.IntakeSale.
type IntakeSale struct {
	UpdatedAt  time.Time `json:"updated_at"`
	Connection string    `json:"connection,omitempty"`
	// Early: it was read before it had a connection that the hub lists.
	Early  bool     `json:"early,omitempty"`
	Orders []string `json:"orders,omitempty"`
	// Code is the hub's code of the sale, Parcels are the names of its delivery orders.
	Code    string        `json:"code,omitempty"`
	Parcels []NamedParcel `json:"parcels,omitempty"`
	// Named: it can be found by these names ([WantsNames]).
	Named bool `json:"named,omitempty"`
	// ReadAt is the hub's time at which it was last read.
	ReadAt time.Time `json:"read_at,omitzero"`
}

// AsItWas says that the sale need not be read again when its last change was at that time.
func (s *IntakeSale) AsItWas(changed time.Time) bool {
	return s != nil && !s.Early && !changed.IsZero() && s.UpdatedAt.Equal(changed)
}

// NumberedSale is a sale that bears a marketplace's number.
type NumberedSale struct {
	Connection string `json:"connection"`
	Checkout   string `json:"checkout"`
}

// SaleRecord reads what is known of a sale; nil when nothing.
func SaleRecord(ctx context.Context, store *storage.Store, merchant, checkout string) (*IntakeSale, error) {
	known, _, err := TaggedSale(ctx, store, merchant, checkout)
	return known, err
}

// TaggedSale is SaleRecord, with the version that [KeepSale] asks for.
func TaggedSale(ctx context.Context, store *storage.Store, merchant, checkout string) (known *IntakeSale, etag string, err error) {
	known = &IntakeSale{}
	etag, err = store.GetTagged(ctx, storage.IntakeSale(merchant, checkout), known)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrKey) {
		return nil, "", nil
	}
	return known, etag, err
}

// KeepSale keeps a sale as it was read, unless another step has kept it as it was later. etag is the
// version of what was known before it was read, "" when nothing was.
func KeepSale(ctx context.Context, store *storage.Store, merchant, checkout string, sale IntakeSale, etag string) error {
	key := storage.IntakeSale(merchant, checkout)
	for range recordTries {
		_, err := store.PutIf(ctx, key, sale, etag)
		if !errors.Is(err, storage.ErrChanged) {
			return err
		}
		var other IntakeSale
		etag, err = store.GetTagged(ctx, key, &other)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			etag = ""
		case err != nil || other.UpdatedAt.After(sale.UpdatedAt):
			return err
		}
	}
	return fmt.Errorf("sale %s could not be noted: others keep changing it", checkout)
}

// Digest makes a key's segment of a number that may hold any character.
func Digest(number string) string {
	sum := sha256.Sum256([]byte(number))
	return hex.EncodeToString(sum[:16])
}

// UnregisteredOrder is the name under which a sale that failed to register
// stands among the orders, until it is repaired.
func UnregisteredOrder(connection, externalID string) string {
	return UnregisteredPrefix + Digest(connection+"\x00"+externalID)
}

// UnregisteredPrefix begins the names of sales that failed to register.
const UnregisteredPrefix = "unregistered-"

// numbersOf are the marketplace's numbers of a sale.
func numbersOf(c multivende.Checkout) []string {
	return lo.Uniq(lo.Compact([]string{c.ExternalID, c.OrderNumber, c.CustomerOrderNumber}))
}

// SalesOfNumber are the sales that bear a number.
func SalesOfNumber(ctx context.Context, store *storage.Store, merchant, number string) ([]NumberedSale, error) {
	var sales []NumberedSale
	err := store.Get(ctx, storage.IntakeNumber(merchant, Digest(number)), &sales)
	if errors.Is(err, storage.ErrNotFound) {
		return nil, nil
	}
	return sales, err
}

// salesOfANumber bounds the sales that are remembered of one number.
const salesOfANumber = 20

// NoteNumbers remembers under which numbers of the marketplace a sale is known to people.
func NoteNumbers(ctx context.Context, store *storage.Store, merchant string, c multivende.Checkout) error {
	return noteNumbers(ctx, store, merchant, c, numbersOf(c))
}

func noteNumbers(ctx context.Context, store *storage.Store, merchant string, c multivende.Checkout, numbers []string) error {
	one := NumberedSale{Connection: c.ConnectionID, Checkout: c.ID}
	for _, number := range numbers {
		// Under another connection it stood when it was read too early.
		before := func(s NumberedSale) bool { return s.Checkout == one.Checkout }
		if err := NoteName(ctx, store, storage.IntakeNumber(merchant, Digest(number)), one, before); err != nil {
			return err
		}
	}
	return nil
}

// NoteName adds one to those that bear a name, in place of those that it replaces. Mostly it is the only one, so
// that there is nothing to be read.
func NoteName[T comparable](ctx context.Context, store *storage.Store, key string, one T, replaced func(T) bool) error {
	if _, err := store.PutIf(ctx, key, []T{one}, ""); !errors.Is(err, storage.ErrChanged) {
		return err
	}
	for range recordTries {
		var all []T
		etag, err := store.GetTagged(ctx, key, &all)
		if err != nil && !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		if slices.Contains(all, one) {
			return nil
		}
		all = lo.Reject(all, func(other T, _ int) bool { return replaced(other) })
		_, err = store.PutIf(ctx, key, lo.Subset(append(all, one), -salesOfANumber, salesOfANumber), etag)
		if !errors.Is(err, storage.ErrChanged) {
			return err
		}
	}
	return errors.New("the sales or orders of a name could not be noted: others keep changing them")
}
