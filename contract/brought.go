package contract

// BringLabelUpdate on an Intake takes a BringLabel and answers a BroughtLabel.
const BringLabelUpdate = "bring-label"

// BroughtLabelLimit is how large a label's file may be that a partner brings, in bytes.
const BroughtLabelLimit = 10 << 20

// BringLabel is a partner's own label for an order that the hub makes none for.
type BringLabel struct {
	// Order is any name by which the intake knows the order.
	Order string `json:"order"`
	// Key is the object of the store with the file as it came.
	Key string `json:"key"`
}

// BroughtOutcome says what became of a label that a partner brought.
type BroughtOutcome string

// The outcomes of a label that was brought.
const (
	// BroughtStored: it is the order's label, and the next run's pile has it.
	BroughtStored BroughtOutcome = "stored"
	// BroughtUnknown: the intake knows no order of this name.
	BroughtUnknown BroughtOutcome = "unknown_order"
	// BroughtAmbiguous: the name fits several orders.
	BroughtAmbiguous BroughtOutcome = "ambiguous"
	// BroughtRefused: the order takes no label of others, or has one; the reason says why.
	BroughtRefused BroughtOutcome = "refused"
	// BroughtUnusable: the file cannot be printed; the reason says what is wrong with it.
	BroughtUnusable BroughtOutcome = "unusable"
)

// BroughtLabel is the answer for a label that was brought.
type BroughtLabel struct {
	DeliveryOrder string         `json:"delivery_order_id,omitempty"`
	Outcome       BroughtOutcome `json:"outcome"`
	Reason
	// Orders are those that the name fits.
	Orders []string `json:"orders,omitempty"`
	// Labels are what is in the store now.
	Labels []BroughtFile `json:"labels,omitempty"`
}

// BroughtFile is a label of an order in the store.
type BroughtFile struct {
	Format string `json:"format"`
	// Count is its pages (PDF) or units (ZPL).
	Count  int    `json:"count"`
	SHA256 string `json:"sha256"`
	// Notes say what was changed so that it prints safely.
	Notes []string `json:"notes,omitempty"`
}
