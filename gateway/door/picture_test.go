package door

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/wording"
)

// fakeDrawer draws a page as a text that says what was asked for.
type fakeDrawer struct {
	store  *storage.Store
	mu     sync.Mutex
	asked  []contract.DrawLabelInput
	why    contract.Reason
	broken error
}

func (f *fakeDrawer) DrawLabel(ctx context.Context, in contract.DrawLabelInput) (contract.DrawnLabel, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, in)
	if f.broken != nil || f.why.Code != "" {
		return contract.DrawnLabel{Reason: f.why}, f.broken
	}
	key := storage.LabelPicture(in.Merchant, in.SHA256, in.Page, contract.PictureDPI)
	_, err := f.store.PutBytesOnce(ctx, key, "image/png", []byte(pictureOf(in.SHA256, in.Page)))
	return contract.DrawnLabel{Drawn: true}, err
}

func pictureOf(sha256 string, page int) string {
	return fmt.Sprintf("PNG of %s, page %d", sha256, page)
}

// addPDF has PDF labels of an order wait in the store, all in one pack, each with two pages.
func (s *scene) addPDF(t testing.TB, order string, labels ...string) {
	t.Helper()
	content, from := "", 0
	for _, label := range labels {
		content += label
	}
	pack, err := s.store.PutBytes(t.Context(), storage.LabelPrefix(merchant, "c1"), ".pack", "application/octet-stream", []byte(content))
	require.NoError(t, err)
	var records []map[string]any
	for _, label := range labels {
		records = append(records, map[string]any{
			"key": storage.LabelPrefix(merchant, "c1") + "none.pdf", "format": "pdf", "count": 2, "sha256": digestOf(label), "bytes": len(label), "pack": pack.Key, "from": from,
		})
		from += len(label)
	}
	require.NoError(t, s.store.Put(t.Context(), storage.WaitingLabel(merchant, "c1", order), map[string]any{"labels": records}))
}

func TestALabelIsAPictureThatIsDrawnOnce(t *testing.T) {
	t.Parallel()
	s := full(t)
	s.addPDF(t, "d1", "%PDF-one", "%PDF-two")
	for range 2 {
		came := s.get("/v1/orders/d1/label.png?number=2")
		require.Equal(t, http.StatusOK, came.Status, string(came.Body))
		assert.Equal(t, pictureOf(digestOf("%PDF-two"), 1), string(came.Body))
		assert.Equal(t, "image/png", came.Header.Get("Content-Type"))
		assert.Equal(t, "2", came.Header.Get("Despacho-Labels"))
		assert.Equal(t, "2", came.Header.Get("Despacho-Pages"))
		assert.Equal(t, digestOf(string(came.Body)), came.Header.Get("Despacho-SHA256"), "of what came")
	}
	require.Len(t, s.drawer.asked, 1)
	in := s.drawer.asked[0]
	assert.Equal(t, merchant, in.Merchant)
	assert.Equal(t, [2]int64{8, 8}, [2]int64{in.From, in.Bytes}, "where it stands in its pack")

	came := s.get("/v1/orders/d1/label.png?page=2")
	assert.Equal(t, pictureOf(digestOf("%PDF-one"), 2), string(came.Body))
	before := s.server.Calls()
	assert.Equal(t, string(came.Body), string(s.get("/v1/orders/d1/label.png?page=2").Body))
	after := s.server.Calls()
	assert.Equal(t, before[storagetest.PutObject], after[storagetest.PutObject], "a read alone")
	for _, path := range []string{"/v1/orders/d1/label.png?page=3", "/v1/orders/d1/label.png?number=3", "/v1/orders/d1/label.pdf?page=1"} {
		assert.Equal(t, CodeBadRequest, s.get(path).problem(t).Code, path)
	}
	assert.Len(t, s.drawer.asked, 2)
}

// TestALabelOfZPLIsNotDrawn: nothing here draws it, and the answer says what to take.
func TestALabelOfZPLIsNotDrawn(t *testing.T) {
	t.Parallel()
	s := full(t)
	p := s.get("/v1/orders/d1/label.png").problem(t)
	assert.Equal(t, CodeNoPicture, p.Code)
	assert.Equal(t, http.StatusConflict, p.Status)
	require.Len(t, p.Errors, 1)
	assert.Contains(t, p.Errors[0].Message, "take label.zpl")
	assert.Empty(t, s.drawer.asked)
}

func TestALabelWithoutAPictureIsSaidWhy(t *testing.T) {
	t.Parallel()
	s := full(t)
	s.addPDF(t, "d1", "%PDF-one")
	s.drawer.why = wording.Reason(contract.WhyBarcodeUnreadable, "barcode", "EAN-13", "dpi", "203")
	for language, words := range map[string]string{"es": "no se lee", "pt": "não se lê", "en": "cannot be read"} {
		p := s.get("/v1/orders/d1/label.png", "Accept-Language", language).problem(t)
		assert.Equal(t, CodeNoPicture, p.Code)
		require.NotEmpty(t, p.Errors)
		assert.Contains(t, p.Errors[0].Message, words)
	}
	s.drawer.why = contract.Reason{}
	assert.Equal(t, http.StatusOK, s.get("/v1/orders/d1/label.png").Status, "what failed is tried again when it is asked for again")
}

func TestWhereNoWorkerDrawsThePartnerComesAgain(t *testing.T) {
	t.Parallel()
	s := full(t)
	s.addPDF(t, "d1", "%PDF-one")
	s.drawer.broken = fmt.Errorf("%w: nobody polls", client.ErrNoAnswer)
	came := s.get("/v1/orders/d1/label.png")
	assert.Equal(t, http.StatusServiceUnavailable, came.Status)
	assert.Equal(t, "5", came.Header.Get("Retry-After"))
	assert.Equal(t, CodeNoWorker, came.problem(t).Code)
	s.drawer.broken = storage.ErrNotFound
	assert.Equal(t, CodeGone, s.get("/v1/orders/d1/label.png").problem(t).Code, "the label expired meanwhile")
	s.drawer.broken = nil
	assert.Equal(t, http.StatusOK, s.get("/v1/orders/d1/label.png").Status)

	var ends []func()
	parsed, _ := partners.ParseKey(s.key)
	for range mostWaits {
		end, ok := s.door.limits.beginWait(parsed.ID())
		require.True(t, ok)
		ends = append(ends, end)
	}
	assert.Equal(t, http.StatusOK, s.get("/v1/orders/d1/label.png").Status, "what is drawn is not waited for")
	assert.Equal(t, CodeTooManyWaits, s.get("/v1/orders/d1/label.png?page=2").problem(t).Code)
	ends[0]()
	assert.Equal(t, http.StatusOK, s.get("/v1/orders/d1/label.png?page=2").Status)
}

// TestACancelledOrderHasNoPicture, drawn or not.
func TestACancelledOrderHasNoPicture(t *testing.T) {
	t.Parallel()
	s := full(t)
	s.addPDF(t, "d1", "%PDF-one")
	require.Equal(t, http.StatusOK, s.get("/v1/orders/d1/label.png").Status)
	s.addOrder(t, merchant, "d1", contract.IntakeTakeOut)
	assert.Equal(t, CodeOrderCancelled, s.get("/v1/orders/d1/label.png").problem(t).Code)
}
