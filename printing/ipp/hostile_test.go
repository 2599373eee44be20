package ipp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakeoffice"
	"github.com/despacho/despacho/printing/ipp"
)

func answering(t *testing.T, answer http.HandlerFunc) printing.Printer {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return printing.Printer{Address: strings.Replace(server.URL, "http", "ipp", 1) + "/ipp/print"}
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	for words, answer := range map[string]http.HandlerFunc{
		"HTTP 401 Unauthorized": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"begins with ipps://":   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUpgradeRequired) },
		"HTTP 302 Found":        func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) },
		"is cut off":            func(http.ResponseWriter, *http.Request) {},
		"belongs to another": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("\x01\x01\x00\x00\x00\x00\x00\x63\x03"))
		},
		"IPP status 0x0406 (not-fo": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("\x01\x01\x04\x06\x00\x00\x00\x01\x03"))
		},
		"printer-state 0": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte("\x01\x01\x00\x00\x00\x00\x00\x01\x03"))
		},
		"tag 0x61 stands outside": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat("a", 3<<20))) },
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			status := look(t, opened(t, answering(t, answer)))
			assert.Contains(t, status.Said, words)
			assert.False(t, status.Ready())
			assert.True(t, status.Doubtful)
		})
	}
}

func TestWhatIsWrongWithARecordIsSaid(t *testing.T) {
	t.Parallel()
	for words, printer := range map[string]printing.Printer{
		"is not of the form":         {Name: "oficina", Address: "lpd://host", Stock: "a6"},
		"no stock is called":         {Name: "oficina", Address: "ipp://host", Stock: "a5"},
		"fingerprint is not a SHA-2": {Name: "oficina", Address: "ipps://host", Stock: "a6", Fingerprint: "abc"},
	} {
		_, err := ipp.Open(printer)
		require.ErrorContains(t, err, words)
		require.ErrorContains(t, err, "printer oficina")
	}
}

func TestACertificateIsPinnedOrRefused(t *testing.T) {
	t.Parallel()
	office := fakeoffice.New(fakeoffice.Options{})
	server := httptest.NewTLSServer(office)
	t.Cleanup(server.Close)
	sum := sha256.Sum256(server.Certificate().Raw)
	printer := printing.Printer{Address: strings.Replace(server.URL, "https", "ipps", 1) + "/ipp/print"}

	status := look(t, opened(t, printer))
	assert.Equal(t, []printing.Condition{printing.UnknownFault}, status.Conditions)
	assert.Contains(t, status.Said, "not trusted (SHA-256 "+hex.EncodeToString(sum[:]), "so that it can be compared and entered")
	var notSent *printing.NotSentError
	require.ErrorAs(t, opened(t, printer).Send(t.Context(), aLabel), &notSent)

	printer.Fingerprint = strings.ToUpper(hex.EncodeToString(sum[:]))
	device := opened(t, printer)
	require.True(t, look(t, device).Ready())
	require.NoError(t, device.Send(t.Context(), aLabel))
	assert.Equal(t, 1, waitForOutcome(t, device, 1).Out)

	printer.Fingerprint = strings.Repeat("00", 32)
	assert.Contains(t, look(t, opened(t, printer)).Said, "the printer's record names another one")
}

func TestWhatThePrinterDoesNotFollowIsSaid(t *testing.T) {
	t.Parallel()
	printer := fakeoffice.New(fakeoffice.Options{})
	printer.Change(func(m *fakeoffice.Modes) { m.IgnoresScaling = true })
	server := httptest.NewServer(printer)
	t.Cleanup(server.Close)
	device := opened(t, printing.Printer{Address: strings.Replace(server.URL, "http", "ipp", 1)})
	require.NoError(t, device.Send(t.Context(), aLabel))
	status := look(t, device)
	assert.True(t, status.Ready())
	assert.Contains(t, status.Said, "does not follow print-scaling")
}
