package raw_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/raw"
)

// started is a printer and its opened device.
func started(t *testing.T, options fakezebra.Options, change func(*printing.Printer)) (*fakezebra.Printer, *raw.Device) {
	t.Helper()
	zebra, err := fakezebra.Start(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
	return startedAt(t, zebra, change)
}

// startedAt opens a printer that runs.
func startedAt(t *testing.T, zebra *fakezebra.Printer, change func(*printing.Printer)) (*fakezebra.Printer, *raw.Device) {
	t.Helper()
	printer := printing.Printer{Name: "mesa-1", Kind: printing.Raw, Address: zebra.Address(), StatusAddress: zebra.StatusAddress()}
	if change != nil {
		change(&printer)
	}
	device, err := raw.Open(printer)
	require.NoError(t, err)
	t.Cleanup(func() { _ = device.Close() })
	return zebra, device
}

func label(n int) printing.Document {
	return printing.Document{Name: "label", Type: raw.ZPL, Pieces: 1, Data: fmt.Appendf(nil, "^XA^FO20,20^A0N,30,30^FDlabel %d^FS^XZ", n)}
}

// send sends that many labels.
func send(t *testing.T, device *raw.Device, labels int) {
	t.Helper()
	for n := range labels {
		require.NoError(t, device.Send(t.Context(), label(n+1)))
	}
}

// outcome asks until as many are out, or the rest is in doubt.
func outcome(t *testing.T, device *raw.Device, out int) printing.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		o, err := device.Outcome(ctx)
		require.NoError(t, err)
		if o.Out >= out || o.InDoubt {
			return o
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestOnlyRawPrintersAreOpened(t *testing.T) {
	t.Parallel()
	for name, printer := range map[string]printing.Printer{
		"another kind":       {Name: "p", Kind: printing.IPP, Address: "ipp://h/ipp"},
		"no address":         {Name: "p", Kind: printing.Raw},
		"no port":            {Name: "p", Kind: printing.Raw, Address: "192.168.1.50"},
		"no port for status": {Name: "p", Kind: printing.Raw, Address: "h:9100", StatusAddress: "h"},
	} {
		_, err := raw.Open(printer)
		assert.ErrorContains(t, err, "printer p", name)
	}
}

func TestThePrinterGetsItsSettings(t *testing.T) {
	t.Parallel()
	darkness, speed := 17, 4
	zebra, device := started(t, fakezebra.Options{}, func(p *printing.Printer) { p.Darkness, p.Speed = &darkness, &speed })
	send(t, device, 1)
	assert.Equal(t, printing.Outcome{Out: 1}, outcome(t, device, 1))
	zebra.PowerOff()
	require.NoError(t, zebra.PowerOn())
	send(t, device, 1)
	assert.Equal(t, printing.Outcome{Out: 2}, outcome(t, device, 2))
	printed := zebra.Printed()
	require.Len(t, printed, 2, "settings print nothing")
	for _, l := range printed {
		assert.Equal(t, []int{17, 4}, []int{l.Darkness, l.Speed}, "also after the printer was off")
	}
}

func TestThePrintersOwnSettingsStayWithoutOurs(t *testing.T) {
	t.Parallel()
	zebra, device := started(t, fakezebra.Options{}, nil)
	send(t, device, 1)
	outcome(t, device, 1)
	assert.Equal(t, []int{10, 6}, []int{zebra.State().Darkness, zebra.State().Speed})
}
