package books

import (
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
)

// Order is what a run knows of one delivery order. It must hold nothing about the buyer.
type Order struct {
	ID              string    `json:"delivery_order_id"`
	Code            string    `json:"delivery_order_code,omitempty"`
	CheckoutID      string    `json:"checkout_id,omitempty"`
	OtherCheckouts  []string  `json:"other_checkouts,omitempty"`
	CheckoutCode    string    `json:"checkout_code,omitempty"`
	CheckoutUpdated time.Time `json:"checkout_updated,omitzero"`
	OrderNumber     string    `json:"order_number,omitempty"`
	References      []string  `json:"references,omitempty"`
	ConnectionID    string    `json:"connection_id,omitempty"`
	ConnectionName  string    `json:"connection_name,omitempty"`
	Channel         string    `json:"channel,omitempty"`
	TrackingNumber  string    `json:"tracking_number,omitempty"`
	Courier         string    `json:"courier,omitempty"`
	ShippingMode    string    `json:"shipping_mode,omitempty"`
	WarehouseID     string    `json:"warehouse_id,omitempty"`
	WarehouseName   string    `json:"warehouse_name,omitempty"`
	// Warehouses are those of its items, when the delivery itself names none.
	Warehouses       []string        `json:"warehouses,omitempty"`
	HandlingDeadline time.Time       `json:"handling_deadline,omitzero"`
	SoldAt           time.Time       `json:"sold_at,omitzero"`
	CreatedAt        time.Time       `json:"created_at,omitzero"`
	Items            []contract.Item `json:"items,omitempty"`
	HubStatus        channels.Status `json:"hub_status,omitempty"`
	// PartlyCancelled: the channel has cancelled some of its items.
	PartlyCancelled bool `json:"partly_cancelled,omitempty"`

	// Listed: the hub lists its label as available.
	Listed bool `json:"listed,omitempty"`
	// Named: the caller named it.
	Named bool `json:"named,omitempty"`
	// Brought: its label is a partner's own.
	Brought bool `json:"brought,omitempty"`
	// Stored: its label is in the store, unpublished.
	Stored bool `json:"stored,omitempty"`
	// Status says how the status that this run sent stands on the channel.
	Status contract.StatusOutcome `json:"status,omitempty"`
	// Sends counts how often that status was sent.
	Sends int `json:"sends,omitempty"`
	// Asks counts how often a label was asked for in this turn of the connection.
	Asks int `json:"asks,omitempty"`
	// Again: its label may have been asked for in an earlier turn.
	Again bool `json:"again,omitempty"`
	// Outstanding, where it is set: an earlier turn asked for its label and may not have learnt what became of that (see
	// [Outstanding]). Until this time, the hub's, the label may be in the making.
	Outstanding time.Time `json:"outstanding,omitzero"`
	// Remark is what people should know about an order that gets its label anyway.
	Remark contract.Cause `json:"remark,omitzero"`
	// Trouble is the reason of the last failed try.
	Trouble contract.Cause `json:"trouble,omitzero"`
	// Nameless: the hub lists it under several connections and does not say which one it belongs to.
	Nameless bool `json:"nameless,omitempty"`
	// SaleKept: this run has already read its sale, and has stored what it said.
	SaleKept bool `json:"sale_kept,omitempty"`
}

// InSeveralWarehouses says whether its items are in more than one warehouse.
func (o Order) InSeveralWarehouses() bool { return len(o.Warehouses) > 1 }

// InWarehouses returns the ids of the warehouses it is known to be in.
func (o Order) InWarehouses() []string {
	return lo.CoalesceSliceOrEmpty(o.Warehouses, lo.Compact([]string{o.WarehouseID}))
}

// Label is a shipping label file in the store.
type Label struct {
	Key    string `json:"key"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	// Count is its pages (PDF) or units (ZPL).
	Count int `json:"count"`
	// Spare: a copy that is never printed, because the same parcel already has a label. It has no Key: it is in the
	// hub's file, which is kept as it came.
	Spare bool     `json:"spare,omitempty"`
	Notes []string `json:"notes,omitempty"`
	// Pack is the object that holds this label among those of its task, From where it begins there. Empty: it has an
	// object of its own, under Key.
	Pack string `json:"pack,omitempty"`
	From int64  `json:"from,omitempty"`
	// Controls are the control files that came with the order's labels; only the first label has them.
	Controls []StoredControl `json:"controls,omitempty"`
}

// LabelRecord says which labels of an order are in the store. It is under a fixed key from the moment
// the labels are stored until a run publishes them.
type LabelRecord struct {
	Order  Order   `json:"order"`
	Run    string  `json:"run"`
	Task   string  `json:"task,omitempty"`
	Labels []Label `json:"labels"`
}

// Outstanding are the orders of a request for labels of which its turn may end without having seen what became: its answer was
// lost, or its task had not ended by its deadline. The hub may make their labels all the same, and then lists them no more.
type Outstanding struct {
	// Until this time, the hub's, the labels may be in the making.
	Until  time.Time `json:"until"`
	Orders []Order   `json:"orders"`
}

// Publication says that a run published the labels of an order.
type Publication struct {
	Run    string      `json:"run"`
	Record LabelRecord `json:"record"`
}
