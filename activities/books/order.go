package books

import (
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/channels"
)

// Order is what a run knows of one delivery order. It holds nothing of the buyer.
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
	Channel         string    `json:"channel,omitempty"`
	TrackingNumber  string    `json:"tracking_number,omitempty"`
	Courier         string    `json:"courier,omitempty"`
	ShippingMode    string    `json:"shipping_mode,omitempty"`
	WarehouseID     string    `json:"warehouse_id,omitempty"`
	WarehouseName   string    `json:"warehouse_name,omitempty"`
	// Warehouses are those of its items, where the delivery itself names none.
	Warehouses       []string        `json:"warehouses,omitempty"`
	HandlingDeadline time.Time       `json:"handling_deadline,omitzero"`
	SoldAt           time.Time       `json:"sold_at,omitzero"`
	CreatedAt        time.Time       `json:"created_at,omitzero"`
	Items            []Item          `json:"items,omitempty"`
	HubStatus        channels.Status `json:"hub_status,omitempty"`
	// PartlyCancelled: its channel has cancelled some of its items.
	PartlyCancelled bool `json:"partly_cancelled,omitempty"`

	// Listed: the hub lists a label of it as available.
	Listed bool `json:"listed,omitempty"`
	// Named: the caller named it.
	Named bool `json:"named,omitempty"`
	// Stored: its label is in the store, unpublished.
	Stored bool `json:"stored,omitempty"`
	// Status is how the status that this run sent stands on the channel.
	Status ChannelStatus `json:"status,omitempty"`
	// Sends counts how often that status was sent.
	Sends int `json:"sends,omitempty"`
	// Asks counts how often a label was asked for in this turn of the connection.
	Asks int `json:"asks,omitempty"`
	// Again: its label may have been asked for in an earlier turn.
	Again bool `json:"again,omitempty"`
	// Remark is what somebody should know of it whose label is there all the same.
	Remark string `json:"remark,omitempty"`
	// Trouble is the reason of the last failed try.
	Trouble string `json:"trouble,omitempty"`
	// Nameless: the hub lists it under several connections and does not say of which it is.
	Nameless bool `json:"nameless,omitempty"`
	// SaleKept: this run has read its sale already, and keeps what it said.
	SaleKept bool `json:"sale_kept,omitempty"`
}

// InSeveralWarehouses says whether its items lie in more than one.
func (o Order) InSeveralWarehouses() bool { return len(o.Warehouses) > 1 }

// InWarehouses are the warehouses that it is known to be in.
func (o Order) InWarehouses() []string {
	return lo.CoalesceSliceOrEmpty(o.Warehouses, lo.Compact([]string{o.WarehouseID}))
}

// Item is a stock keeping unit of an order and how many of it.
type Item struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Label is a shipping label file in the store.
type Label struct {
	Key    string `json:"key"`
	Format string `json:"format"`
	SHA256 string `json:"sha256"`
	Bytes  int64  `json:"bytes"`
	// Count is its pages (PDF) or units (ZPL).
	Count int `json:"count"`
	// Spare: stored, never printed: the same parcel is there already.
	Spare bool     `json:"spare,omitempty"`
	Notes []string `json:"notes,omitempty"`
	// Controls are the control files that came with the order's labels; they stand at the first of them.
	Controls []StoredControl `json:"controls,omitempty"`
}

// LabelRecord says which labels of an order are in the store. It stands under
// a fixed key from the moment the labels are stored until a run publishes them.
type LabelRecord struct {
	Order  Order   `json:"order"`
	Run    string  `json:"run"`
	Task   string  `json:"task,omitempty"`
	Labels []Label `json:"labels"`
}

// Publication says that a run published the labels of an order.
type Publication struct {
	Run    string      `json:"run"`
	Record LabelRecord `json:"record"`
}
