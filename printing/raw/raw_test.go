package raw_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/test/bufconn"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/raw"
)

// inMemory runs a test in a bubble of skipped time, in which printers are reached over a network in memory: how long
// an answer takes is then a matter of the fake printer, and not of the machine.
func inMemory(t *testing.T, test func(t *testing.T, n *network)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(t, &network{listeners: map[string]*bufconn.Listener{}}) })
}

// network connects devices with fake printers.
type network struct {
	mu        sync.Mutex
	listeners map[string]*bufconn.Listener
}

// port is a listener that knows its address.
type port struct {
	*bufconn.Listener
	address string
}

func (p port) Addr() net.Addr { return named(p.address) }

type named string

func (named) Network() string  { return "memory" }
func (n named) String() string { return string(n) }

func (n *network) listen(address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if host, found := strings.CutSuffix(address, ":0"); found {
		address = fmt.Sprintf("%s:%d", host, 9100+len(n.listeners))
	}
	n.listeners[address] = bufconn.Listen(64 << 10)
	return port{n.listeners[address], address}, nil
}

func (n *network) dial(ctx context.Context, address string) (net.Conn, error) {
	n.mu.Lock()
	listener := n.listeners[address]
	n.mu.Unlock()
	if listener == nil {
		return nil, syscall.ECONNREFUSED
	}
	return listener.DialContext(ctx)
}

// started is a printer and its opened device.
func (n *network) started(t *testing.T, options fakezebra.Options, change func(*printing.Printer)) (*fakezebra.Printer, *raw.Device) {
	t.Helper()
	options.Listen = n.listen
	zebra, err := fakezebra.Start(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
	return zebra, n.opened(t, zebra, change)
}

// opened is a device of a printer that runs.
func (n *network) opened(t *testing.T, zebra *fakezebra.Printer, change func(*printing.Printer)) *raw.Device {
	t.Helper()
	device := opened(t, zebra, change)
	device.DialOver(n.dial)
	return device
}

// overTCP is a printer on this machine and its opened device, which waits for answers however slow the machine is. On
// Linux it has an address on which no other program listens, so that its port is free when it is switched on again.
func overTCP(t *testing.T, options fakezebra.Options) (*fakezebra.Printer, *raw.Device) {
	t.Helper()
	if runtime.GOOS == "linux" {
		options.Address = "127.91.0.2:0"
	}
	zebra, err := fakezebra.Start(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
	device := opened(t, zebra, nil)
	device.Wait()
	return zebra, device
}

func opened(t *testing.T, zebra *fakezebra.Printer, change func(*printing.Printer)) *raw.Device {
	t.Helper()
	printer := printing.Printer{Name: "mesa-1", Kind: printing.Raw, Address: zebra.Address(), StatusAddress: zebra.StatusAddress()}
	if change != nil {
		change(&printer)
	}
	device, err := raw.Open(printer)
	require.NoError(t, err)
	t.Cleanup(func() { _ = device.Close() })
	return device
}

func label(n int) printing.Document {
	return printing.Document{Name: "label", Type: raw.ZPL, Pieces: 1, Data: fmt.Appendf(nil, "^XA^FO20,20^A0N,30,30^FDlabel %d^FS^XZ", n)}
}

// big is a label of about that many bytes.
func big(n, size int) printing.Document {
	d := label(n)
	d.Data = fmt.Appendf(nil, "^XA^FO0,0^GFA,%d,%d,100,%s^FS^XZ", size/2, size/2, bytes.Repeat([]byte("A5"), size/2))
	return d
}

// send sends that many labels.
func send(t *testing.T, device *raw.Device, labels int) {
	t.Helper()
	for n := range labels {
		require.NoError(t, device.Send(t.Context(), label(n+1)))
	}
}

// counted is a connection that counts what is written to it.
type counted struct {
	net.Conn
	written *atomic.Int64
}

func (c counted) Write(data []byte) (int, error) {
	n, err := c.Conn.Write(data)
	c.written.Add(int64(n))
	return n, err
}

// outcome asks until as many are out, or the rest is in doubt.
func outcome(t *testing.T, device *raw.Device, out int) printing.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
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
	inMemory(t, func(t *testing.T, n *network) {
		darkness, speed := 17, 4
		zebra, device := n.started(t, fakezebra.Options{}, func(p *printing.Printer) { p.Darkness, p.Speed = &darkness, &speed })
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
	})
}

func TestThePrintersOwnSettingsStayWithoutOurs(t *testing.T) {
	t.Parallel()
	zebra, device := overTCP(t, fakezebra.Options{})
	send(t, device, 1)
	outcome(t, device, 1)
	assert.Equal(t, []int{10, 6}, []int{zebra.State().Darkness, zebra.State().Speed})
}
