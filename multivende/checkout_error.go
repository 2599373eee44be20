package multivende

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/samber/lo"
)

// CheckoutWithError is a sale that failed to register in the hub (guide, "Ventas con error").
// Once it is repaired it is registered under another id, with the same ExternalID.
type CheckoutWithError struct {
	ID           string
	ConnectionID string
	ExternalID   string // the channel's id of the sale
	Error        string // what went wrong: the hub's trace without its places in the code, cleaned
	Archived     bool
	Count        int // how often the hub has tried
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

type checkoutWithErrorEntry struct {
	ID           id                 `json:"_id"`
	ConnectionID id                 `json:"MarketplaceConnectionId"`
	Connection   object[identified] `json:"MarketplaceConnection"`
	ExternalID   text               `json:"externalId"`
	Error        text               `json:"error"`
	Archived     text               `json:"archived"` // "disabled" means no
	Count        *number            `json:"count"`
	CreatedAt    moment             `json:"createdAt"`
	UpdatedAt    moment             `json:"updatedAt"`
}

// stackTrace is what follows the message in the hub's traces; text has no line breaks.
var stackTrace = regexp.MustCompile(`\s{2,}at\s.*`)

// CheckoutsWithError walks the list of sales that failed to register and calls each with the sales
// of every page, none twice. An error of each ends the walk and is returned.
func (c *Client) CheckoutsWithError(ctx context.Context, each func([]CheckoutWithError) error) error {
	id := func(entry checkoutWithErrorEntry) string { return string(entry.ID) }
	return walk(ctx, c, request{route: routeWithError}, id, func(entries []checkoutWithErrorEntry) error {
		return each(lo.Map(entries, func(entry checkoutWithErrorEntry, _ int) CheckoutWithError { return entry.sale() }))
	})
}

func (entry checkoutWithErrorEntry) sale() CheckoutWithError {
	return CheckoutWithError{
		ID: string(entry.ID), ConnectionID: firstOf(entry.ConnectionID, entry.Connection.value.ID), ExternalID: string(entry.ExternalID),
		Error: withoutNames(stackTrace.ReplaceAllString(string(entry.Error), "")), Archived: lo.Contains([]string{"enabled", "true", "1"}, strings.ToLower(string(entry.Archived))),
		Count: quantity(entry.Count), CreatedAt: time.Time(entry.CreatedAt), UpdatedAt: time.Time(entry.UpdatedAt),
	}
}
