package contract

import "errors"

// The Nexus service for partners whose workflows run in another namespace of the same Temporal server.
const (
	// NexusService is the service's name.
	NexusService = "despacho"
	// NexusEndpoint is the endpoint's name unless the operator has chosen another.
	NexusEndpoint = "despacho"
	// RunLabelsOperation takes a RunLabels, and answers the RunResult when the run is over.
	RunLabelsOperation = "run-labels"
	// ChangeStatusOperation takes a ChangeStatus, and answers the StatusResult when the change is over.
	ChangeStatusOperation = "change-status"
	// ConfirmOperation takes a ConfirmStock, and answers ConfirmedOrders.
	ConfirmOperation = "confirm"
)

const (
	// NexusOrdersLimit is how many orders one run-labels may name.
	NexusOrdersLimit = 5000
	// NexusRowsLimit is how many rows one change-status may have.
	NexusRowsLimit = 10_000
)

// RunLabels asks for a run under a key: the same key of a merchant is the same run.
type RunLabels struct {
	Key string `json:"key"`
	// LabelRunInput may name up to [NexusOrdersLimit] orders here.
	LabelRunInput
}

// ChangeStatus asks for a status change under a key: the same key of a merchant is the same change.
type ChangeStatus struct {
	Key string `json:"key"`
	// StatusChangeInput may have up to [NexusRowsLimit] rows here; its settings are not used.
	StatusChangeInput
}

// ConfirmStock says that there is stock of a merchant's orders.
type ConfirmStock struct {
	Merchant string `json:"merchant"`
	ConfirmRequest
}

// Check says what is wrong with the names of a confirmation.
func (c ConfirmRequest) Check() error {
	if len(c.Orders) == 0 || len(c.Orders) > ConfirmLimit {
		return errors.New("a confirmation names 1 to 100 orders")
	}
	for _, name := range c.Orders {
		if name == "" || len(name) > maxName {
			return errors.New("a name of an order has 1 to 128 characters")
		}
	}
	return nil
}
