package devices_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/devices"
	"github.com/despacho/despacho/printing/ipp"
	"github.com/despacho/despacho/printing/raw"
)

func TestPrintersOfEachKindAreOpened(t *testing.T) {
	t.Parallel()
	onPort, err := devices.Open(t.Context(), printing.Printer{Name: "mesa", Kind: printing.Raw, Address: "127.0.0.1:9", DPI: 203, Stock: "4x6in"})
	require.NoError(t, err)
	assert.IsType(t, &raw.Device{}, onPort)
	require.NoError(t, onPort.Close())
	office, err := devices.Open(t.Context(), printing.Printer{Name: "oficina", Kind: printing.IPP, Address: "ipp://127.0.0.1:9/ipp/print", Stock: "a6"})
	require.NoError(t, err)
	assert.IsType(t, &ipp.Device{}, office)
	require.NoError(t, office.Close())
	_, err = devices.Open(t.Context(), printing.Printer{Name: "mesa", Kind: "fax"})
	require.ErrorContains(t, err, `there is no kind "fax"`)
}
