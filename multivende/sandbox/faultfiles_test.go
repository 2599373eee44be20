package sandbox

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaultsOfFiles(t *testing.T) {
	t.Parallel()
	// first is the first two orders of the channel and the files of the first one.
	first := func(t *testing.T, provider, fault string) (visitor, ReportOrder, map[string][]byte) {
		t.Helper()
		v := faulty(t, `[{"channel":"`+provider+`","nth":1,`+fault+`}]`)
		o := v.orders(provider, FateLabelable)[0]
		files := v.labelled(provider, o.ID, v.orders(provider, FateLabelable)[1].ID)
		return v, o, lo.PickBy(files, func(name string, _ []byte) bool { return strings.HasPrefix(name, o.Reference) })
	}
	t.Run("broken: it ends too early", func(t *testing.T) {
		t.Parallel()
		_, o, files := first(t, "paris", `"file":"broken"`)
		assert.NotContains(t, string(files[o.Reference+".zpl"]), "^XZ")
		assert.NotContains(t, string(files[o.Reference+".pdf"]), "%%EOF")
	})
	t.Run("empty", func(t *testing.T) {
		t.Parallel()
		_, o, files := first(t, "ripley", `"file":"empty"`)
		assert.Equal(t, map[string][]byte{o.Reference + ".pdf": {}}, files)
	})
	t.Run("encrypted with a user password", func(t *testing.T) {
		t.Parallel()
		_, o, files := first(t, "paris", `"file":"encrypted"`)
		require.Len(t, files, 1)
		assert.Contains(t, string(files[o.Reference+".pdf"]), "/Encrypt")
	})
	t.Run("mislabelled: it holds another order's label", func(t *testing.T) {
		t.Parallel()
		v, o, files := first(t, "coppel", `"file":"mislabelled"`)
		other := v.hub.neighbour(v.hub.orderByID[o.ID])
		content := string(files[o.Reference+".zpl"])
		assert.Contains(t, content, other.reference())
		assert.NotContains(t, content, o.Reference)
	})
	t.Run("missing in the zip and among its documents", func(t *testing.T) {
		t.Parallel()
		v, o, files := first(t, "ripley", `"file":"missing"`)
		assert.Empty(t, files)
		assert.Empty(t, v.get("/api/delivery-orders/" + o.ID)["DeliveryOrderDocuments"])
	})
	t.Run("missing in the zip alone", func(t *testing.T) {
		t.Parallel()
		v, o, files := first(t, "ripley", `"file":"missing_in_zip"`)
		assert.Empty(t, files)
		assert.Len(t, v.get("/api/delivery-orders/" + o.ID)["DeliveryOrderDocuments"], 1)
		assert.Equal(t, "labelled", v.order(o.ID).Expected)
	})
	t.Run("the merged file leaves it out", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"ripley","nth":1,"file":"broken"}]`)
		orders := plain(v.orders("ripley", FateLabelable))
		files := v.labelled("ripley", v.orders("ripley", FateLabelable)[0].ID, orders[len(orders)-1].ID)
		assert.Equal(t, 1, bytes.Count(files["Etiquetas_Ripley.pdf"], []byte("/Type /Page ")))
	})
	t.Run("only the first time, when that is said", func(t *testing.T) {
		t.Parallel()
		v, o, _ := first(t, "ripley", `"file":"empty","times":1`)
		files := v.labelled("ripley", o.ID)
		assert.NotEmpty(t, files[o.Reference+".pdf"])
	})
	t.Run("one bad order among Mercado Libre's has a file of its own", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"channel":"mercadolibre","nth":1,"file":"broken"}]`)
		orders := v.orders("mercadolibre", FateLabelable)
		inside := unzipped(t, v.labelled("mercadolibre", ids(orders[:3])...)[nestedName])
		assert.NotContains(t, string(inside["Etiqueta de envio "+orders[0].Reference+".txt"]), "^XZ")
		assert.Contains(t, string(inside["Etiqueta de envio "+orders[1].Reference+".txt"]), "^XZ")
	})
}

func TestFaultsOfRoutes(t *testing.T) {
	t.Parallel()
	read := func(v visitor) *http.Response {
		return v.call(http.MethodGet, "/api/d/info", nil, v.hub.Token()).Result()
	}
	t.Run("a status, with seconds to wait, once", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"route":"info","answer":429,"retry_after":7}]`)
		response := read(v)
		assert.Equal(t, http.StatusTooManyRequests, response.StatusCode)
		assert.Equal(t, "7", response.Header.Get("Retry-After"))
		assert.Equal(t, http.StatusOK, read(v).StatusCode)
	})
	t.Run("a date to wait for", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"route":"info","answer":503,"retry_after":60,"retry_after_as":"date"}]`)
		assert.Equal(t, "Mon, 02 Mar 2026 12:01:00 GMT", read(v).Header.Get("Retry-After"))
	})
	t.Run("after some calls, every second one, three times", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"route":"info","answer":500,"after":1,"every":2,"times":3}]`)
		codes := lo.Times(9, func(int) int { return read(v).StatusCode })
		assert.Equal(t, []int{200, 200, 500, 200, 500, 200, 500, 200, 200}, codes)
	})
	t.Run("HTML and nothing at all", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"route":"info","answer":"html"},{"route":"info","answer":"empty","after":1}]`)
		assert.Contains(t, read(v).Header.Get("Content-Type"), "text/html")
		assert.Zero(t, read(v).ContentLength)
	})
	t.Run("slow answers come", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"route":"info","answer":"slow","delay":"1ms"}]`)
		assert.Equal(t, http.StatusOK, read(v).StatusCode)
	})
	t.Run("a connection cut before does nothing, one cut after has done it", func(t *testing.T) {
		t.Parallel()
		v := faulty(t, `[{"route":"tickets","answer":"cut_before"},{"route":"tickets","answer":"cut_after","after":1}]`)
		id := v.orders("paris", FateLabelable)[0].ID
		assert.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { v.ask("paris", id) })
		assert.Empty(t, v.order(id).Labels)
		assert.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { v.ask("paris", id) })
		assert.Len(t, v.order(id).Labels, 1)
		assert.Equal(t, RouteCalls{Count: 2, Statuses: map[string]int{"0": 2}}, v.hub.Report().Calls["tickets"])
	})
}
