package multivende

import (
	"context"
	"time"

	"github.com/samber/lo"
)

// AppInfo says whose token it is. Reading it is the cheapest way to test a token.
type AppInfo struct {
	ID         string
	MerchantID string
	AppName    string
}

// AppInfo asks which application and merchant the token belongs to.
func (c *Client) AppInfo(ctx context.Context) (AppInfo, error) {
	var read struct {
		ID           id `json:"_id"`
		MerchantID   id `json:"MerchantId"`
		DeveloperApp object[struct {
			DisplayName text `json:"displayName"`
			Name        text `json:"name"`
		}] `json:"DeveloperApp"`
	}
	err := c.read(ctx, request{route: routeAppInfo}, &read)
	app := read.DeveloperApp.value
	return AppInfo{ID: string(read.ID), MerchantID: string(read.MerchantID), AppName: firstOf(app.DisplayName, app.Name)}, err
}

// Time is the hub's time. Where no answer has shown it yet, the hub is asked for it: until then a client knows its own alone,
// which is a bad one to compare with times that other processes noted.
func (c *Client) Time(ctx context.Context) (time.Time, error) {
	if !c.clock.Known() {
		if _, err := c.AppInfo(ctx); err != nil && !c.clock.Known() {
			return time.Time{}, err
		}
	}
	return c.clock.Now(), nil
}

// Connection is one of a merchant's connections to a marketplace or web shop.
type Connection struct {
	ID          string
	Name        string // the seller's own name for it, else the marketplace's
	DisplayName string // the marketplace's name as the hub shows it
	Provider    string // slug, as the hub spells it: it is also part of paths
	Country     string // ISO 3166 alpha-2, lower case as a rule; "" when the hub does not say
	Status      string
	UpdatedAt   time.Time
}

type connectionEntry struct {
	ID          id     `json:"_id"`
	DisplayName text   `json:"_name"`
	Name        text   `json:"name"`
	Provider    text   `json:"provider"`
	Country     text   `json:"country"`
	Status      text   `json:"status"`
	UpdatedAt   moment `json:"updatedAt"`
}

// Connections lists all connections of the merchant.
func (c *Client) Connections(ctx context.Context) ([]Connection, error) {
	var all []Connection
	id := func(entry connectionEntry) string { return string(entry.ID) }
	err := walk(ctx, c, request{route: routeConnections}, id, func(entries []connectionEntry) error {
		all = append(all, lo.Map(entries, func(entry connectionEntry, _ int) Connection { return entry.connection() })...)
		return nil
	})
	return all, err
}

func (entry connectionEntry) connection() Connection {
	return Connection{
		ID: string(entry.ID), Name: firstOf(entry.Name, entry.DisplayName), DisplayName: string(entry.DisplayName),
		Provider: string(entry.Provider), Country: string(entry.Country), Status: string(entry.Status),
		UpdatedAt: time.Time(entry.UpdatedAt),
	}
}
