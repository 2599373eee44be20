// Package handover makes the hand-over sheets (hojas de entrega) of a site: for each merchant and courier the
// parcels whose labels came out of a printer and that no closed sheet holds. Begin with [New], [Sheets.List]
// and [Sheets.Close].
//
// It promises that a parcel is on one closed sheet of a site, however many tables close at the same time, that
// the same request closes one sheet, that a cancelled order is on none that is open, and that what it reads is
// bounded by the days that it looks back.
package handover

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

// ErrNothing means that a courier has no parcel to hand over.
var ErrNothing = errors.New("nothing to hand over")

// ErrOtherRequest means that the same id has closed a sheet of another courier.
var ErrOtherRequest = errors.New("the same id has closed another sheet")

// Store is what sheets need of the label store; a *storage.Store.
type Store interface {
	Get(ctx context.Context, key string, value any) error
	PutOnce(ctx context.Context, key string, value any) (existed bool, err error)
	List(ctx context.Context, prefix string, each func(storage.Object) error) error
}

// Settings are what the sheets of a site are made of. Days is how far back labels count as not handed over
// yet (7 by default).
type Settings struct {
	Site  string
	Store Store
	Days  int
	Now   func() time.Time
}

// Sheets are the hand-over sheets of a site.
type Sheets struct {
	Settings
	mu sync.Mutex
	// What never changes is read once.
	pages     map[string]contract.PrintPage
	manifests map[string]contract.Manifest
	closed    map[string]Sheet
}

// New returns the sheets of a site.
func New(settings Settings) *Sheets {
	settings.Days = cmp.Or(settings.Days, defaultDays)
	if settings.Now == nil {
		settings.Now = time.Now
	}
	return &Sheets{Settings: settings, pages: map[string]contract.PrintPage{}, manifests: map[string]contract.Manifest{}, closed: map[string]Sheet{}}
}

const (
	defaultDays = 7
	// closedDays is how long a closed sheet is looked at: nothing printed before is on an open sheet.
	closedDays = 60
	// closeTries bounds how often a closing begins anew because another table closed a sheet meanwhile.
	closeTries = 20
)

// Sheet is a hand-over sheet. A closed one stands at storage.HandOverSheet; an open one has no number.
type Sheet struct {
	Number   int    `json:"number"`
	Merchant string `json:"merchant"`
	Site     string `json:"site"`
	Courier  string `json:"courier"`
	// Channel is set when all parcels are of one.
	Channel string   `json:"channel,omitempty"`
	Parcels []Parcel `json:"parcels"`
	// Controls are the marketplaces' control files that go with the parcels.
	Controls []Control `json:"controls,omitempty"`
	// Request is the id of the request that closed it, Station the device.
	Request  string    `json:"request,omitempty"`
	Station  string    `json:"station,omitempty"`
	ClosedBy string    `json:"closed_by,omitempty"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// Parcel is a label that came out of a printer.
type Parcel struct {
	Order    string `json:"delivery_order_id"`
	Number   string `json:"order_number,omitempty"`
	Tracking string `json:"tracking_number,omitempty"`
	// Label is its place among its order's labels, from 1, Labels how many there are.
	Label     int       `json:"label"`
	Labels    int       `json:"labels"`
	Run       string    `json:"run"`
	Position  int       `json:"position"`
	Channel   string    `json:"channel,omitempty"`
	Shop      string    `json:"shop,omitempty"`
	PrintedAt time.Time `json:"printed_at"`

	courier, connection string
}

// Control is a control file of a run.
type Control struct {
	Run string `json:"run"`
	contract.ControlFile
}

// ID names the sheet among all of the site: <number>-<digest> when closed, open-<digest> when not.
func (s Sheet) ID() string {
	sum := sha256.Sum256([]byte(s.Merchant + "\x00" + s.Courier))
	digest := hex.EncodeToString(sum[:5])
	if s.Number == 0 {
		return openPrefix + digest
	}
	return strconv.Itoa(s.Number) + "-" + digest
}

const openPrefix = "open-"

// Closing is a request to close a courier's sheet.
type Closing struct {
	// Request is its id: the same id closes one sheet.
	Request, Merchant, Courier string
	Person, Station            string
}

// List is the merchant's sheets: the open ones by courier, then those closed within the last days, the newest first.
func (s *Sheets) List(ctx context.Context, merchant string) ([]Sheet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	closed, err := s.readClosed(ctx, merchant)
	if err != nil {
		return nil, err
	}
	open, err := s.open(ctx, merchant, closed)
	if err != nil {
		return nil, err
	}
	since := s.Now().AddDate(0, 0, -s.Days)
	recent := lo.Filter(closed, func(sheet Sheet, _ int) bool { return sheet.ClosedAt.After(since) })
	slices.Reverse(recent)
	return slices.Concat(open, recent), nil
}

// Find is a sheet by its id; storage.ErrNotFound when there is none.
func (s *Sheets) Find(ctx context.Context, merchant, id string) (Sheet, error) {
	digits, _, _ := strings.Cut(id, "-")
	if number, err := strconv.Atoi(digits); err == nil && number > 0 {
		var sheet Sheet
		if err := s.Store.Get(ctx, storage.HandOverSheet(merchant, s.Site, number), &sheet); err != nil {
			return sheet, err
		}
		if sheet.ID() == id {
			return sheet, nil
		}
		return Sheet{}, storage.ErrNotFound
	}
	all, err := s.List(ctx, merchant)
	if err != nil {
		return Sheet{}, err
	}
	sheet, there := lo.Find(all, func(one Sheet) bool { return one.ID() == id })
	if !there {
		return Sheet{}, storage.ErrNotFound
	}
	return sheet, nil
}

// Close closes a courier's sheet with the parcels that no closed sheet holds; ErrNothing when there is none.
// Every sheet of a merchant is put once under the next number, by who has read all before it: so of two
// tables that close at the same time, the second reads what the first took.
func (s *Sheets) Close(ctx context.Context, in Closing) (Sheet, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range closeTries {
		closed, err := s.readClosed(ctx, in.Merchant)
		if err != nil {
			return Sheet{}, err
		}
		if done, there := lo.Find(closed, func(sheet Sheet) bool { return sheet.Request == in.Request }); there {
			return sameCourier(done, in)
		}
		open, err := s.open(ctx, in.Merchant, closed)
		if err != nil {
			return Sheet{}, err
		}
		sheet, there := lo.Find(open, func(sheet Sheet) bool { return sheet.Courier == in.Courier })
		if !there {
			return Sheet{}, ErrNothing
		}
		sheet.Number = 1
		if len(closed) > 0 {
			sheet.Number = closed[len(closed)-1].Number + 1
		}
		sheet.Request, sheet.Station, sheet.ClosedBy, sheet.ClosedAt = in.Request, in.Station, in.Person, s.Now().UTC()
		existed, err := s.Store.PutOnce(ctx, storage.HandOverSheet(in.Merchant, s.Site, sheet.Number), &sheet)
		if err != nil {
			return Sheet{}, err
		}
		if !existed || sheet.Request == in.Request {
			return sameCourier(sheet, in)
		}
	}
	return Sheet{}, fmt.Errorf("other tables close sheets of merchant %s all the time", in.Merchant)
}

func sameCourier(sheet Sheet, in Closing) (Sheet, error) {
	if sheet.Courier != in.Courier {
		return Sheet{}, ErrOtherRequest
	}
	return sheet, nil
}
