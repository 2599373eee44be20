package ipp_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakezebra"
)

// labelServer is a server of LPrint with one printer, which prints on a fake Zebra over a raw connection.
type labelServer struct {
	path    string
	address string
	zebra   *fakezebra.Printer
	program *running
}

func startLabelServer(t *testing.T) *labelServer {
	t.Helper()
	path := program(t, "lprint", "lprint")
	oneAtATime(t, "lprint") // root's server has one socket on a machine
	zebra, err := fakezebra.Start(fakezebra.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
	port, dir := freePort(t), t.TempDir()
	home := []string{"HOME=" + dir, "TMPDIR=" + dir}
	l := &labelServer{path: path, address: fmt.Sprintf("ipp://localhost:%d/", port), zebra: zebra}
	l.program = started(t, home, path, "server", "-o", "listen-hostname=localhost", "-o", fmt.Sprintf("server-port=%d", port),
		"-o", "log-file=-", "-o", "log-level=debug", "-o", "spool-directory="+filepath.Join(dir, "spool"), "-o", "server-options=multi-queue,no-tls")
	require.True(t, l.program.listens(t, port), "%s", l.program.said)
	l.run(t, "add", "-d", "mesa", "-v", "socket://"+zebra.Address(), "-m", "zpl_4inch-203dpi-dt", "-o", "media-ready=na_index-4x6_4x6in")
	return l
}

// run gives a command to the server.
func (l *labelServer) run(t *testing.T, command string, arguments ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	said, err := exec.CommandContext(ctx, l.path, append([]string{command, "-u", l.address}, arguments...)...).CombinedOutput()
	require.NoError(t, err, "%s", said)
}

func (l *labelServer) device(t *testing.T) printing.Device {
	t.Helper()
	return opened(t, printing.Printer{Address: l.address + "ipp/print/mesa", ZPL: true, DPI: 203})
}

var zplLabel = printing.Document{
	Name: "etiqueta", Type: "application/vnd.zebra-zpl", Pieces: 1,
	Data: []byte("^XA^PW812^LL1218^FO50,50^A0N,60,60^FDmesa^FS^XZ"),
}

func TestLPrintPrintsOurZPLOnTheFakeZebra(t *testing.T) {
	t.Parallel()
	l := startLabelServer(t)
	device := l.device(t)
	status := look(t, device)
	require.True(t, status.Ready(), status.Said)
	for range 3 {
		require.NoError(t, device.Send(t.Context(), zplLabel))
	}
	assert.Equal(t, printing.Outcome{Out: 3}, waitForOutcome(t, device, 3))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, l.zebra.WaitPrinted(ctx, 3))
	assert.Len(t, l.zebra.Printed(), 3)
	assert.Equal(t, 3, l.zebra.State().Counter)
}

// TestALabelThatLPrintCallsCompletedIsNotYetOut ends the paper while LPrint has passed all labels on.
func TestALabelThatLPrintCallsCompletedIsNotYetOut(t *testing.T) {
	t.Parallel()
	l := startLabelServer(t)
	l.zebra.Change(func(m *fakezebra.Modes) { m.StatusAlways, m.PaperLeft = true, 1 })
	device := l.device(t)
	for range 3 {
		require.NoError(t, device.Send(t.Context(), zplLabel))
	}
	var status printing.Status
	require.Eventually(t, func() bool { status = look(t, device); return !status.Ready() }, patience, 100*time.Millisecond)
	assert.Equal(t, []printing.Condition{printing.PaperOut}, status.Conditions)
	for began := time.Now(); time.Since(began) < 5*time.Second; time.Sleep(100 * time.Millisecond) {
		outcome, err := device.Outcome(t.Context())
		require.NoError(t, err)
		require.LessOrEqual(t, outcome.Out, 1)
	}
	require.Len(t, l.zebra.Printed(), 1)
	l.zebra.NewRoll(0)
	assert.Equal(t, printing.Outcome{Out: 3}, waitForOutcome(t, device, 3))
	assert.Equal(t, 3, l.zebra.State().Counter, "each once")

	l.zebra.Change(func(m *fakezebra.Modes) { m.PerLabel = time.Second })
	require.NoError(t, device.Send(t.Context(), zplLabel))
	waitForOutcome(t, device, 4)
	assert.Len(t, l.zebra.Printed(), 4, "it has what LPrint passed on, and prints it yet")
}

// TestLPrintsOwnDriverPrintsOnTheFakeZebra has LPrint turn a picture into ZPL, by its own driver.
func TestLPrintsOwnDriverPrintsOnTheFakeZebra(t *testing.T) {
	t.Parallel()
	l := startLabelServer(t)
	picture := image.NewGray(image.Rect(0, 0, 812, 1218))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for y := 100; y < 300; y++ {
		for x := 100; x < 700; x++ {
			picture.SetGray(x, y, color.Gray{})
		}
	}
	path := filepath.Join(t.TempDir(), "label.png")
	file, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, png.Encode(file, picture))
	require.NoError(t, file.Close())
	l.run(t, "submit", "-d", "mesa", path)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, l.zebra.WaitPrinted(ctx, 1))
	assert.Equal(t, 1, l.zebra.State().Counter)
}

// TestLPrintReadsTheFaultsOfTheFakeZebra lets LPrint judge our answers to ~HQES. It calls an open head "other",
// and it would wait 10 seconds for each answer to ~HS that does not come.
func TestLPrintReadsTheFaultsOfTheFakeZebra(t *testing.T) {
	t.Parallel()
	l := startLabelServer(t)
	device := l.device(t)
	become := func(change func(*fakezebra.Modes), want ...printing.Condition) {
		t.Helper()
		l.zebra.Change(func(m *fakezebra.Modes) {
			*m = fakezebra.Modes{StatusAlways: true}
			change(m)
		})
		var status printing.Status
		assert.Eventually(t, func() bool {
			status = look(t, device)
			return slices.Equal(want, status.Conditions)
		}, patience, 100*time.Millisecond, "want %v", want)
		assert.Equal(t, want, status.Conditions, status.Said)
	}
	become(func(*fakezebra.Modes) {})
	become(func(m *fakezebra.Modes) { m.HeadOpen = true }, printing.UnknownFault)
	become(func(m *fakezebra.Modes) { m.PaperOut = true }, printing.PaperOut)
	become(func(m *fakezebra.Modes) { m.RibbonOut = true }, printing.UnknownFault, printing.RibbonOut)
	become(func(m *fakezebra.Modes) { m.Jam = true }, printing.PaperJam)
	become(func(m *fakezebra.Modes) { m.Paused = true }, printing.Unreachable)
	become(func(m *fakezebra.Modes) { m.PaperAlmostOut = true }, printing.PaperAlmostOut)
	become(func(*fakezebra.Modes) {})
	assert.Empty(t, l.zebra.Printed())
}
