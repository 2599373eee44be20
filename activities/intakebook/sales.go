package intakebook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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
	// Parcels are the names of its delivery orders that are remembered.
	Parcels []NamedParcel `json:"parcels,omitempty"`
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
	var known IntakeSale
	err := store.Get(ctx, storage.IntakeSale(merchant, checkout), &known)
	if errors.Is(err, storage.ErrNotFound) || errors.Is(err, storage.ErrKey) {
		return nil, nil
	}
	return &known, err
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
	return lo.Uniq(lo.Compact([]string{c.ExternalID, c.OrderNumber, c.CustomerOrderNumber, c.Code}))
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

// NoteNumbers remembers under which numbers a sale is known to people.
func NoteNumbers(ctx context.Context, store *storage.Store, merchant string, c multivende.Checkout) error {
	one := NumberedSale{Connection: c.ConnectionID, Checkout: c.ID}
	for _, number := range numbersOf(c) {
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
