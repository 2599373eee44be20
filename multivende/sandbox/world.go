package sandbox

import "time"

// Fate says what an order really is, apart from its faults.
type Fate string

// The fates of an order.
const (
	FateLabelable    Fate = "labelable"    // its label can be made
	FateOld          Fate = "old"          // likewise, but older than seven days
	FatePrinted      Fate = "printed"      // likewise, but printed before the world began
	FateUnpaid       Fate = "unpaid"       // its payment or verification is not done
	FateUnregistered Fate = "unregistered" // its sale is not registered: the checkout is 404
	FateCancelled    Fate = "cancelled"    // its sale was cancelled before the world began
	FateShipped      Fate = "shipped"      // it has left already
	FateUnsupported  Fate = "unsupported"  // its shipping mode gets no label
	FateShop         Fate = "shop"         // its connection makes no labels
)

type connection struct {
	id, provider, name, alias, country string
	channel                            *channel // nil where no labels are made
	outward                            outward
	orders                             []*order // newest first
	sales                              []*sale  // newest change first
	tasks                              []*task  // oldest first
	shape                              int      // which of the odd shapes this connection answers with
	taskFails                          Times    // this many first tasks fail without output
	control                            string   // what is wrong with the control file of its tasks
}

// sale is a checkout. What may change is below the comment "changes".
type sale struct {
	id, code, externalID, orderNumber string
	connection                        *connection
	orders                            []*order
	items                             []*item
	pickUps                           []*pickUp
	client                            person
	soldAt, createdAt                 time.Time
	shape                             int
	unregistered                      bool
	life                              SaleLife // empty for what the world began with

	// changes
	updatedAt             time.Time
	payment, verification string
	cancelled             bool
	reads                 int
}

type item struct {
	id, sku, product, warehouse string
	order                       *order // nil for what is picked up
	count, price                int
	cancelled                   bool // by the channel, on its own
}

type person struct {
	name, lastName, document, email, phone   string
	street, number, commune, city, zip, area string
}

type parcel struct{ tracking, code string }

// order is a delivery order. What may change is below the comment "changes".
type order struct {
	journey
	id, code        string
	connection      *connection
	sales           []*sale // one; two for a pack of Mercado Libre
	index           int     // place among all orders of the world
	number          string  // externalOrderNumber of its sales
	packageID       string  // PackageId of Falabella and Linio
	shipment        string  // the channel's shipment id, unique
	parcels         []parcel
	mode, courier   string
	warehouse       warehouse
	createdAt       time.Time
	handlingLimit   time.Time
	promised        time.Time
	fate            Fate
	careless        bool // in the list although it gets no label
	late            time.Duration
	trackingAtReady bool // it has a tracking number only when it is ready
	shape           int
	partial         bool   // some of its items are cancelled
	sample          string // the label file of Options.LabelsDir that is handed out for it

	// changes
	updatedAt                      time.Time
	tracking, trackingURL          string
	trackingWrites                 []TrackingWrite
	paper                          string // where its tax document is
	ready, printed, hidden, cancel bool
	cancelledAt                    time.Time // while the world ran
	asks                           []*ask
	tries                          Times // asks that could have made a label
	given                          Times // asks that do
	made                           *ask  // the ask whose labels its documents are
	downloads                      int
}

// link is how far a change of status is on its way to the channel.
type link struct {
	id, code  string
	from      string // the status before, as the hub showed it
	state     string // empty for one that nobody has picked up
	words     string // the channel's, of a refused one
	word      string // what the channel calls it
	forbidden string // the rule that it breaks
	before    bool   // it was sent before the world began
	sentAt    time.Time
	endsAt    time.Time // when it is or was settled; zero for one that never arrives
	seenAt    time.Time // the first answer that showed that it was settled
	reads     int       // answers that showed it until then, that one among them
	updatedAt time.Time
}

// ask is one order in one request for labels.
type ask struct {
	order  *order
	task   *task
	nth    int // from 1
	result string
	file   string // what is wrong with the label's files; empty for nothing
	old    bool   // a label was made before
	wrong  *order // whose label comes instead; nil for its own
	madeAt time.Time
}

// The results of an ask.
const (
	resultLabel         = "label"
	resultFailed        = "failed"
	resultUnavailable   = "unavailable"
	resultOnlyAvailable = "only_available"
	resultNoList        = "in_no_list"
	resultTaskFailed    = "task_failed"
)

// task is a bulk action task.
type task struct {
	id         string
	number     int
	connection *connection
	asks       []*ask
	createdAt  time.Time
	endsAt     time.Time
	updatedAt  time.Time
	state      string
	without    bool // it fails without output
}

type warehouse struct{ id, code, name string }

// hasLabel tells whether the channel makes a label for the order.
func (o *order) hasLabel() bool {
	return o.fate == FateLabelable || o.fate == FateOld || o.fate == FatePrinted
}

func (o *order) channel() *channel { return o.connection.channel }

// reference is the number that the channel prints on the label.
func (o *order) reference() string {
	if o.packageID != "" {
		return o.packageID
	}
	return o.number
}

// fileName is the label's file without extension: the printed reference, with
// the tracking number where the sale has more deliveries than this one.
func (o *order) fileName() string {
	if len(o.sales[0].orders) > 1 {
		return o.reference() + "_" + o.parcels[0].tracking
	}
	return o.reference()
}
