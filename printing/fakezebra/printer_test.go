package fakezebra_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing/fakezebra"
)

// ownAddress is one that no other program of this machine listens on, so that a port is free when it is opened again.
func ownAddress() string {
	if runtime.GOOS == "linux" {
		return "127.91.0.1:0"
	}
	return "127.0.0.1:0"
}

func started(t *testing.T, options fakezebra.Options) *fakezebra.Printer {
	t.Helper()
	options.Address = ownAddress()
	p, err := fakezebra.Start(options)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, p.Close()) })
	return p
}

func dialled(t *testing.T, address string) net.Conn {
	t.Helper()
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// said sends text and returns what the printer answers to it before it sees the connection's end.
func said(t *testing.T, p *fakezebra.Printer, text string) string {
	t.Helper()
	connection := dialled(t, p.Address())
	_, err := connection.Write([]byte(text + `! U1 getvar "appl.name"` + "\r\n"))
	require.NoError(t, err)
	var all []byte
	buffer := make([]byte, 4096)
	require.NoError(t, connection.SetReadDeadline(time.Now().Add(time.Minute)))
	for !bytes.HasSuffix(all, []byte(`"V93.21.26Z"`)) {
		n, err := connection.Read(buffer)
		require.NoError(t, err, "%q", all)
		all = append(all, buffer[:n]...)
	}
	return strings.TrimSuffix(string(all), `"V93.21.26Z"`)
}

const box = "^XA^FO9,9^GB90,90,9^FS^XZ"

func TestWhatIsALabel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sent   string
		labels []string
	}{
		"one":                      {box, []string{box}},
		"several, with line ends":  {box + "\r\n" + box + "\n", []string{box, box}},
		"copies":                   {"^XA^FO9,9^GB9,9,9^FS^PQ3^XZ", []string{"^XA^FO9,9^GB9,9,9^FS^PQ3^XZ", "^XA^FO9,9^GB9,9,9^FS^PQ3^XZ", "^XA^FO9,9^GB9,9,9^FS^PQ3^XZ"}},
		"nothing on it":            {"^XA^XZ^XA^PW812^PR4^XZ^XA^IDR:A.GRF^FS^XZ" + box, []string{box}},
		"a stored format":          {"^XA^DFR:F.ZPL^FO9,9^FN1^FS^FO9,9^GB9,9,9^FS^XZ" + box, []string{box}},
		"binary data of a size":    {"^XA^FO0,0^GFB,12,12,3,^XZ^XA~HS!abc^FS^XZ", []string{"^XA^FO0,0^GFB,12,12,3,^XZ^XA~HS!abc^FS^XZ"}},
		"a question within":        {"^XA^FO9,9~HI^GB90,90,9^FS^XZ", []string{"^XA^FO9,9~HI^GB90,90,9^FS^XZ"}},
		"an exclamation within":    {"^XA^FO9,9^A0N,9,9^FDhi! U1 there^FS^XZ", []string{"^XA^FO9,9^A0N,9,9^FDhi! U1 there^FS^XZ"}},
		"noise around":             {"noise!^FO9,9 " + box + "noise", []string{box}},
		"one that was begun twice": {"^XA^FO1,1^GB1,1,1^FS" + box, []string{box}},
		"graphics in small":        {"^xa^fo0,0^gfa,4,4,1,FFFFFFFF^fs^xz", []string{"^xa^fo0,0^gfa,4,4,1,FFFFFFFF^fs^xz"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := started(t, fakezebra.Options{})
			connection := dialled(t, p.Address())
			for _, b := range []byte(c.sent) { // byte after byte, as slow networks do
				_, err := connection.Write([]byte{b})
				require.NoError(t, err)
			}
			require.NoError(t, p.WaitPrinted(t.Context(), len(c.labels)))
			require.NoError(t, connection.(*net.TCPConn).CloseWrite())
			_, err := io.Copy(io.Discard, connection)
			require.NoError(t, err)
			var labels []string
			for i, l := range p.Printed() {
				assert.Equal(t, i+1, l.Number)
				labels = append(labels, string(l.Data))
			}
			assert.Equal(t, c.labels, labels)
		})
	}
}

func TestAnswersAreAsTheManualSays(t *testing.T) {
	t.Parallel()
	p := started(t, fakezebra.Options{Counter: 12, DPI: 300, Modes: fakezebra.Modes{Paused: true}})
	assert.Equal(t, "\x02030,0,1,1218,000,0,0,0,000,0,0,0\x03\r\n\x02001,0,0,0,0,2,6,0,00000000,1,000\x03\r\n\x021234,0\x03\r\n", said(t, p, "~HS"))
	assert.Equal(t, "\x02\r\n\r\nPRINTER STATUS\r\n   ERRORS:          1 00000000 00010000\r\n   WARNINGS:        0 00000000 00000000\r\n\x03", said(t, p, "~HQES\n"))
	assert.Contains(t, said(t, p, "~HI"), "ZD421-300dpi ZPL,V93.21.26Z,12,8176KB")
	assert.Equal(t, `"12"`, said(t, p, `! U1 getvar "odometer.total_label_count"`+"\r\n"))
	assert.Equal(t, `"?"`, said(t, p, `! U1 getvar "no.such"`+"\r\n"))
	assert.Equal(t, `"21.0"`, said(t, p, `! U1 setvar "print.tone" "21"`+"\r\n"+`! U1 getvar "print.tone"`+"\r\n"))
	assert.Contains(t, said(t, p, "^XA^LL0800^GB9,9,9^FS^XZ^XA^GB9,9,9^FS^PQ4^XZ~HS"), "\x02030,0,1,0800,001,0,0,0,000")
	assert.Contains(t, said(t, p, "~SD25^XA^PR2^XZ^XA^FDhalf~HS^XZ"), "0800,001,0,0,1,000", "a format has begun")
	assert.Equal(t, []int{25, 2}, []int{p.State().Darkness, p.State().Speed})
	said(t, p, "~JA")
	assert.Zero(t, p.State().Waiting)
	said(t, p, box+"~PS")
	require.NoError(t, p.WaitPrinted(t.Context(), 1))
	assert.Equal(t, 13, p.State().Counter)
}

func TestFaultsSilenceHostStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		modes fakezebra.Modes
		bits  string
	}{
		"paper out":  {fakezebra.Modes{PaperOut: true}, "1 00000000 00000001"},
		"ribbon out": {fakezebra.Modes{RibbonOut: true}, "1 00000000 00000002"},
		"head open":  {fakezebra.Modes{HeadOpen: true}, "1 00000000 00000004"},
		"head hot":   {fakezebra.Modes{HeadHot: true}, "1 00000000 00000010"},
	} {
		p := started(t, fakezebra.Options{Modes: c.modes})
		assert.Empty(t, said(t, p, "~HS"), name)
		assert.Contains(t, said(t, p, "~HQES"), "ERRORS:          "+c.bits, name)
		p.Change(func(m *fakezebra.Modes) { m.StatusAlways = true })
		assert.Equal(t, 3, strings.Count(said(t, p, "~HS"), "\x03"), name)
		said(t, p, box)
		p.Change(func(m *fakezebra.Modes) { *m = fakezebra.Modes{} })
		require.NoError(t, p.WaitPrinted(t.Context(), 1), name)
	}
}

func TestALabelUnderWayAtAFaultIsPrintedAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before  string
		printed int
	}{"by default": {"", 2}, "unless told otherwise": {"^XA^JZN^XZ", 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := started(t, fakezebra.Options{Modes: fakezebra.Modes{PaperLeft: 1}})
			said(t, p, c.before+box+box)
			require.Eventually(t, func() bool { return p.State().Wasted == 1 }, time.Minute, time.Millisecond)
			assert.Equal(t, 1, p.State().Printed)
			p.NewRoll(0)
			require.NoError(t, p.WaitPrinted(t.Context(), c.printed))
			assert.Zero(t, p.State().Waiting)
			assert.Equal(t, c.printed, p.State().Counter)
		})
	}
}

func TestAPowerCutLosesWhatWaits(t *testing.T) {
	t.Parallel()
	p := started(t, fakezebra.Options{Counter: 5, Modes: fakezebra.Modes{PerLabel: 20 * time.Millisecond, PowerCutAt: 2}})
	connection := dialled(t, p.Address())
	_, err := connection.Write([]byte("~SD30" + box + box + box))
	require.NoError(t, err)
	_, err = io.ReadAll(connection)
	require.Error(t, err, "the connection is reset")
	_, err = new(net.Dialer).DialContext(t.Context(), "tcp", p.Address())
	require.Error(t, err)
	state := p.State()
	assert.True(t, state.Off)
	assert.Equal(t, []int{1, 0, 1, 6}, []int{state.Printed, state.Waiting, state.Wasted, state.Counter})
	require.NoError(t, p.PowerOn())
	require.NoError(t, p.PowerOn(), "twice does nothing")
	assert.Equal(t, `"6"`, said(t, p, `! U1 getvar "odometer.total_label_count"`+"\r\n"), "the counter is kept")
	assert.Equal(t, 10, p.State().Darkness, "settings are not")
	said(t, p, box)
	require.NoError(t, p.WaitPrinted(t.Context(), 2))
}

func TestWhatCameBeforeAPowerCutIsNotPrintedAfterIt(t *testing.T) {
	t.Parallel()
	const old = "^XA^FO1,1^GB1,1,1^FS^XZ"
	p := started(t, fakezebra.Options{Buffer: 1, Modes: fakezebra.Modes{Paused: true}})
	connection := dialled(t, p.Address())
	_, err := connection.Write([]byte(old + old + old))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return p.State().Waiting == 1 }, time.Minute, time.Millisecond, "its memory is full, and it has read on")
	p.PowerOff()
	require.NoError(t, p.PowerOn())
	p.Change(func(m *fakezebra.Modes) { m.Paused = false })
	said(t, p, box)
	require.NoError(t, p.WaitPrinted(t.Context(), 1))
	require.NoError(t, p.Close(), "nothing reads on any more")
	require.Len(t, p.Printed(), 1)
	assert.Equal(t, box, string(p.Printed()[0].Data))
}

func TestTheMemoryOfLabelsIsBounded(t *testing.T) {
	t.Parallel()
	p := started(t, fakezebra.Options{Keep: 3})
	said(t, p, strings.Repeat(box, 10))
	require.NoError(t, p.WaitPrinted(t.Context(), 10))
	printed := p.Printed()
	require.Len(t, printed, 3)
	assert.Equal(t, 8, printed[0].Number)
	assert.Equal(t, 10, p.State().Printed)
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	p := started(t, fakezebra.Options{})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, p.WaitPrinted(ctx, 1), context.DeadlineExceeded)
	require.NoError(t, p.Close())
	require.Error(t, p.WaitPrinted(t.Context(), 1))
}
