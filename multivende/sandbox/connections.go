package sandbox

import (
	"net/http"
	"strings"

	"github.com/samber/lo"
)

type connectionView struct {
	ID                 string  `json:"_id"`
	MarketplaceName    string  `json:"_name"`
	Name               *string `json:"name"`
	Provider           string  `json:"provider"`
	Country            *string `json:"country"`
	PictureURL         string  `json:"pictureUrl"`
	AllowPickUpInStore *bool   `json:"allowPickUpInStore"`
}

func (h *Hub) connectionView(c *connection) connectionView {
	view := connectionView{
		ID: c.id, MarketplaceName: c.name, Name: nullable(c.alias), Provider: c.provider, Country: h.options.Dialect.country(c.country),
		PictureURL: "https://pictures.example.invalid/" + c.provider + ".png",
	}
	if c.shape%2 == 0 {
		view.AllowPickUpInStore = lo.ToPtr(c.channel == nil)
	}
	return view
}

func (h *Hub) connectionByID(id string) *connection {
	c, _ := lo.Find(h.connections, func(c *connection) bool { return c.id == id })
	return c
}

func (h *Hub) info(*http.Request) answer {
	return fine(map[string]any{
		"_id": h.id("app connection"), "MerchantId": h.options.MerchantID, "MarketplaceConnection": nil,
		"DeveloperApp": map[string]any{
			"_id": h.id("app"), "displayName": "Sandbox", "name": "sandbox", "code": "sandbox", "visibility": "private", "status": "created",
		},
	})
}

func (h *Hub) listConnections(r *http.Request) answer {
	return fine(paged(h.readable(r, readChannels), r.PathValue("page"), h.options.PageSize, h.connectionView))
}

// listProvider lists the connections of one provider, as /{provider}-connections.
func (h *Hub) listProvider(r *http.Request) answer {
	provider, is := strings.CutSuffix(r.PathValue("provider"), "-connections")
	if !is {
		return problem(http.StatusNotFound, "NotFoundError", "no such list")
	}
	mine := lo.Filter(h.readable(r, readChannels), func(c *connection, _ int) bool { return c.provider == provider })
	return fine(paged(mine, r.PathValue("page"), h.options.PageSize, h.connectionView))
}

// statusRow is a row of the catalogue of delivery order statuses.
type statusRow struct {
	ID          string  `json:"_id"`
	Name        string  `json:"name"`
	Description string  `json:"description"`
	Code        string  `json:"code"`
	Position    int     `json:"position"`
	Tags        *string `json:"tags"`
	Status      string  `json:"status"`
	CreatedAt   string  `json:"createdAt"`
	UpdatedAt   string  `json:"updatedAt"`
}

// catalogue is the same on every hub.
var catalogue = func() []statusRow {
	row := func(id, code, key string, position int) statusRow {
		return statusRow{
			ID: id, Code: code, Position: position, Status: "created",
			Name: "DELIVERY_ORDER_STATUSES." + key + ".Name", Description: "DELIVERY_ORDER_STATUSES." + key + ".Description",
			CreatedAt: "2017-04-17T12:00:00.000Z", UpdatedAt: "2021-03-02T19:45:34.000Z",
		}
	}
	return []statusRow{
		row("184e4ab0-2386-11e7-8642-2c56dc130c0d", pending, "Pending", 1),
		row("184e4ab2-2386-11e7-8642-2c56dc130c0d", handling, "Handling", 2),
		row("184e4ab4-2386-11e7-8642-2c56dc130c0d", readyToShip, "Ready_to_ship", 3),
		row("184e4ab6-2386-11e7-8642-2c56dc130c0d", shipped, "Shipped", 4),
		row("184e4ab8-2386-11e7-8642-2c56dc130c0d", delivered, "Delivered", 5),
		row("184e4aba-2386-11e7-8642-2c56dc130c0d", undelivered, "Not_delivered", 6),
		row("184e4abc-2386-11e7-8642-2c56dc130c0d", cancelled, "Cancelled", 7),
		row("5d0c7c62-4b3d-11e9-8646-d663bd873d93", reschedule, "Reschedule", 8),
		row("5d0c7c64-4b3d-11e9-8646-d663bd873d93", underReview, "Under_review", 9),
		row("9fddd14d-8eda-46d8-867f-26ae43b3491f", partial, "Partial_cancelled", 10),
	}
}()

var (
	statusByCode = lo.KeyBy(catalogue, func(row statusRow) string { return row.Code })
	statusByID   = lo.KeyBy(catalogue, func(row statusRow) string { return row.ID })
)

// listStatuses answers a bare array and an envelope in turns.
func (h *Hub) listStatuses(*http.Request) answer { return h.catalogueAnswer(catalogue) }

func (h *Hub) catalogueAnswer(rows []statusRow) answer {
	if h.turns.Add(1)%2 == 1 {
		return fine(rows)
	}
	return fine(paged(rows, "1", h.options.PageSize, func(row statusRow) statusRow { return row }))
}
