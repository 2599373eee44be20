package screen_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/fakezebra/screen"
)

const (
	graphic = "^XA^PW16^LL4^FO0,0^GFA,8,8,2,F00FF00FFFFF0001^FS^XZ"
	letters = "^XA^PW812^LL406^FO9,9^A0N,30,30^FDhola^FS^XZ"
)

// ownAddress is one that no other program of this machine listens on, so that a port is free when it is opened again.
func ownAddress() string {
	if runtime.GOOS == "linux" {
		return "127.91.0.3:0"
	}
	return "127.0.0.1:0"
}

// shown is a printer with its page.
func shown(t *testing.T) (*fakezebra.Printer, *httptest.Server) {
	t.Helper()
	printer, err := fakezebra.Start(fakezebra.Options{Address: ownAddress()})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, printer.Close()) })
	server := httptest.NewServer(screen.Handler(printer))
	t.Cleanup(server.Close)
	return printer, server
}

func put(t *testing.T, printer *fakezebra.Printer, zpl string, labels int) {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", printer.Address())
	require.NoError(t, err)
	_, err = connection.Write([]byte(zpl))
	require.NoError(t, err)
	require.NoError(t, printer.WaitPrinted(t.Context(), labels))
	require.NoError(t, connection.Close())
}

func asked(t *testing.T, method, url, body string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, answer
}

func TestThePageLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	_, server := shown(t)
	response, page := asked(t, http.MethodGet, server.URL+"/", "")
	assert.Equal(t, http.StatusOK, response.StatusCode)
	assert.Contains(t, string(page), `<html lang="es">`)
	assert.NotContains(t, string(page), "//")
	assert.Contains(t, response.Header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'")
	for _, path := range []string{"/assets/screen.js", "/assets/screen.css", "/zpl/zpl-view.js", "/zpl/zpl-worker.js"} {
		response, body := asked(t, http.MethodGet, server.URL+path, "")
		assert.Equal(t, http.StatusOK, response.StatusCode, path)
		assert.NotContains(t, string(body), "http:", path)
		assert.NotContains(t, string(body), "https:", path)
	}
}

func TestLabelsAreSeenAsPictures(t *testing.T) {
	t.Parallel()
	printer, server := shown(t)
	put(t, printer, graphic+letters, 2)
	_, body := asked(t, http.MethodGet, server.URL+"/state", "")
	var state struct {
		Printed int            `json:"printed"`
		Labels  []screen.Label `json:"labels"`
	}
	require.NoError(t, json.Unmarshal(body, &state))
	require.Len(t, state.Labels, 2)
	assert.Equal(t, []int{2, 1}, []int{state.Labels[0].Number, state.Labels[1].Number}, "the newest first")
	assert.Equal(t, []bool{false, true}, []bool{state.Labels[0].Graphic, state.Labels[1].Graphic})
	_, body = asked(t, http.MethodGet, server.URL+"/printed", "")
	var printed []screen.Label
	require.NoError(t, json.Unmarshal(body, &printed))
	require.Len(t, printed, 2)
	assert.Equal(t, 1, printed[0].Number, "the oldest first")
	assert.Equal(t, []int{812, 406}, []int{printed[1].Width, printed[1].Length})

	response, body := asked(t, http.MethodGet, server.URL+"/labels/1.png", "")
	assert.Equal(t, "image/png", response.Header.Get("Content-Type"))
	picture, err := png.Decode(bytes.NewReader(body))
	require.NoError(t, err)
	assert.Equal(t, 16, picture.Bounds().Dx())
	_, body = asked(t, http.MethodGet, server.URL+"/labels/2.zpl", "")
	assert.Equal(t, letters, string(body))
	for _, path := range []string{"/labels/2.png", "/labels/3.zpl", "/labels/x.zpl", "/labels/1.gif"} {
		response, _ := asked(t, http.MethodGet, server.URL+path, "")
		assert.Equal(t, http.StatusNotFound, response.StatusCode, path)
	}
}

func TestFaultsAreMadeAndMended(t *testing.T) {
	t.Parallel()
	printer, server := shown(t)
	response, _ := asked(t, http.MethodPost, server.URL+"/modes", `{"head_open":true,"per_label":1000000}`)
	require.Equal(t, http.StatusOK, response.StatusCode)
	_, _ = asked(t, http.MethodPost, server.URL+"/modes", `{"paper_out":true}`)
	modes := printer.Modes()
	assert.True(t, modes.HeadOpen && modes.PaperOut, "what is not named stays")
	assert.Equal(t, int64(1_000_000), modes.PerLabel.Nanoseconds())
	_, _ = asked(t, http.MethodPost, server.URL+"/roll", `{"labels":10}`)
	modes = printer.Modes()
	assert.False(t, modes.HeadOpen || modes.PaperOut)
	assert.Equal(t, 10, modes.PaperLeft)
	_, _ = asked(t, http.MethodPost, server.URL+"/power", `{"on":false}`)
	assert.True(t, printer.State().Off)
	_, _ = asked(t, http.MethodPost, server.URL+"/power", `{"on":true}`)
	assert.False(t, printer.State().Off)
	for path, body := range map[string]string{"/modes": `{"head_open":"yes"}`, "/roll": `{"labels":-1}`, "/power": `[`} {
		response, _ := asked(t, http.MethodPost, server.URL+path, body)
		assert.Equal(t, http.StatusBadRequest, response.StatusCode, path)
	}
}

func TestAPageOfElsewhereCanChangeNothing(t *testing.T) {
	t.Parallel()
	printer, server := shown(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/power", strings.NewReader(`{"on":false}`))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "text/plain") // what a form of another page may send
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusUnsupportedMediaType, response.StatusCode)
	assert.False(t, printer.State().Off)
}

func TestChangesArriveByThemselves(t *testing.T) {
	t.Parallel()
	printer, server := shown(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	next := func() string {
		for lines.Scan() {
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is {
				return data
			}
		}
		return ""
	}
	assert.Contains(t, next(), `"printed":0`)
	put(t, printer, graphic, 1)
	for {
		if data := next(); data == "" || strings.Contains(data, `"printed":1`) {
			assert.NotEmpty(t, data)
			return
		}
	}
}
