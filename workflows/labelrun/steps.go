package labelrun

import (
	announcesteps "github.com/despacho/despacho/activities/announce"
	"github.com/despacho/despacho/activities/orders"
	"github.com/despacho/despacho/activities/publishing"
	"github.com/despacho/despacho/activities/runs"
	"github.com/despacho/despacho/activities/statuses"
	"github.com/despacho/despacho/activities/tickets"
)

// Nil receivers: only the names of their methods are used, to execute activities.
var (
	runSteps        *runs.Runs
	connectionSteps *orders.Connections
	orderSteps      *orders.Orders
	statusSteps     *statuses.Statuses
	ticketSteps     *tickets.Tickets
	documentSteps   *tickets.Documents
	publishSteps    *publishing.Publishing
	announceSteps   *announcesteps.Announcements
)
