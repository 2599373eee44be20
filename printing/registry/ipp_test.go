package registry_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/devices"
	"github.com/despacho/despacho/printing/fakeoffice"
	"github.com/despacho/despacho/printing/registry"
	"github.com/despacho/despacho/wording"
)

func TestATestPageComesOutOfAnOfficePrinter(t *testing.T) {
	t.Parallel()
	office := fakeoffice.New(fakeoffice.Options{JobTime: 10 * time.Millisecond})
	server := httptest.NewServer(office)
	t.Cleanup(server.Close)
	printer := printing.Printer{Name: "oficina", Kind: printing.IPP, Address: strings.Replace(server.URL, "http", "ipp", 1), Stock: "a6"}
	tested, err := registry.Test(t.Context(), printer, devices.Open)
	require.NoError(t, err)
	assert.Equal(t, 1, tested.Outcome.Out)
	assert.Contains(t, tested.Lines(wording.Spanish)[0], "Antes: lista [idle]")
	printed := office.Printed()
	require.Len(t, printed, 1)
	assert.Equal(t, "10500x14800", printed[0].Media)
	file, err := check.Read(labels.PDF, printed[0].Data)
	require.NoError(t, err, "a whole PDF")
	assert.Equal(t, 1, file.Count())

	office.Change(func(m *fakeoffice.Modes) { m.Stopped, m.Reasons = true, []string{"cover-open-error"} })
	tested, err = registry.Test(t.Context(), printer, devices.Open)
	require.NoError(t, err)
	assert.False(t, tested.Sent)
	assert.Len(t, office.Printed(), 1)
}

func TestACertificatesFingerprintIsChecked(t *testing.T) {
	t.Parallel()
	secure := printing.Printer{Name: "oficina", Kind: printing.IPP, Address: "ipps://192.168.1.60/ipp/print", Stock: "a6", Fingerprint: strings.Repeat("aB:", 31) + "00"}
	require.NoError(t, registry.Check(secure))
	short, plain, raw := secure, secure, whole("mesa")
	short.Fingerprint, plain.Address, raw.Fingerprint = "abcd", "ipp://192.168.1.60/ipp/print", secure.Fingerprint
	require.ErrorContains(t, registry.Check(short), "64 hexadecimal digits")
	require.ErrorContains(t, registry.Check(plain), "only an ipps://")
	require.ErrorContains(t, registry.Check(raw), "only an ipps://")
	asking := secure
	asking.Address = "ipps://192.168.1.60/ipp/print?waitjob=true"
	require.ErrorContains(t, registry.Check(asking), "an IPP printer's address")
}
