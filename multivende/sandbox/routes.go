package sandbox

import (
	"net/http"

	"github.com/samber/lo"
)

// route is one row of the hub's routes. Its name is used in fault plans and in the
// report; a route without a pattern is chosen by what a call asks.
type route struct {
	name, pattern string
	access        access
	scope         string // that a token needs
	handle        func(*Hub, *http.Request) answer
}

type access int

const (
	byToken  access = iota // the token is needed
	byLink                 // a token is refused, as S3 refuses it
	byClient               // what is asked holds the application's own credentials
	byAll                  // nobody asks, nobody counts
)

var routes = []route{
	{"info", "GET /api/d/info", byToken, "", (*Hub).info},
	{"connections", "GET /api/m/{merchant}/marketplace-connections/p/{page}", byToken, readChannels, (*Hub).listConnections},
	{"provider-connections", "GET /api/m/{merchant}/{provider}", byToken, readChannels, (*Hub).listProvider},
	{"provider-connections-page", "GET /api/m/{merchant}/{provider}/p/{page}", byToken, readChannels, (*Hub).listProvider},
	{"statuses", "GET /api/delivery-order-statuses", byToken, "", (*Hub).listStatuses},
	{"documents", "GET /api/m/{merchant}/delivery-orders/documents/p/{page}", byToken, readCheckouts, (*Hub).listAvailable},
	{"tickets", "PUT /api/{provider}/{connection}/delivery-order-tickets/generation", byToken, writeCheckouts, (*Hub).generateTickets},
	{"task", "GET /api/bulk-actions-task/{id}", byToken, readCheckouts, (*Hub).readTask},
	{"tasks", "GET /api/m/{merchant}/bulk-actions-task/{kind}/p/{page}", byToken, readCheckouts, (*Hub).listTasks},
	{"delivery-order", "GET /api/delivery-orders/{id}", byToken, readCheckouts, (*Hub).readDeliveryOrder},
	{"update-tracking", "PUT /api/delivery-orders/{id}", byToken, writeCheckouts, (*Hub).updateTracking},
	{"change-status", "PUT /api/delivery-orders/{id}/change-delivery-status", byToken, writeCheckouts, (*Hub).changeStatus},
	{"pick-up-order", "GET /api/pick-up-orders/{id}", byToken, readCheckouts, (*Hub).readPickUp},
	{"pick-up-statuses", "GET /api/pick-up-order-statuses", byToken, "", (*Hub).listPickUpStatuses},
	{"update-pick-up-tracking", "PUT /api/pick-up-orders/{id}", byToken, writeCheckouts, (*Hub).trackPickUp},
	{"change-pick-up-status", "PUT /api/pick-up-orders/{id}/change-pick-up-status", byToken, writeCheckouts, (*Hub).changePickUp},
	{"checkouts-light", "GET /api/m/{merchant}/checkouts/light/p/{page}", byToken, readCheckouts, (*Hub).listCheckouts},
	{"checkouts-with-error", "GET /api/m/{merchant}/checkouts/with-error/p/{page}", byToken, readCheckouts, (*Hub).listFailures},
	{"checkout", "GET /api/checkouts/{id}", byToken, readCheckouts, (*Hub).readCheckout},
	{"task-file", "GET /files/tasks/{id}", byLink, "", (*Hub).downloadTask},
	{"document-file", "GET /files/documents/{id}", byLink, "", (*Hub).downloadDocument},
	{"exchange", "", byClient, "", (*Hub).grantAccess},
	{"refresh", "", byClient, "", (*Hub).grantAccess},
	{"authorize", "GET /apps/authorize", byClient, "", (*Hub).showConsent},
	{"authorize-decision", "POST /apps/authorize", byClient, "", (*Hub).decideConsent},
	{"report", "GET /sandbox/report", byAll, "", (*Hub).readReport},
	{"cancel", "POST /sandbox/cancel/{order}", byAll, "", (*Hub).cancelByHand},
	{"tax-document", "POST /sandbox/tax-document/{order}", byAll, "", (*Hub).loadByHand},
	{"expected", "GET /sandbox/expected", byAll, "", (*Hub).readExpected},
	{"code", "POST /sandbox/code", byAll, "", (*Hub).codeRoute},
	{"revoke", "POST /sandbox/revoke", byAll, "", (*Hub).revokeRoute},
	{"expire", "POST /sandbox/expire", byAll, "", (*Hub).expireRoute},
	{"webhooks", "POST /sandbox/webhooks", byAll, "", (*Hub).webhooksRoute},
	{"sales", "POST /sandbox/sales", byAll, "", (*Hub).salesRoute},
	{"scopes", "POST /sandbox/scopes", byAll, "", (*Hub).scopesRoute},
}

func routeNamed(name string) route {
	found, _ := lo.Find(routes, func(r route) bool { return r.name == name })
	return found
}
