package ipp_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakeoffice"
)

const busSettings = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy></busconfig>
`

const avahiSettings = `[server]
host-name=papel
use-ipv6=no
allow-interfaces=lo
enable-dbus=yes
`

// dnssd starts the programs that ippeveprinter insists on, on a bus of their own and the loopback alone. It
// returns the environment in which they are found.
func dnssd(t *testing.T) []string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bus") // a socket's path is short
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "bus.sock")
	write(t, filepath.Join(dir, "bus.conf"), fmt.Sprintf(busSettings, socket))
	write(t, filepath.Join(dir, "avahi.conf"), avahiSettings)
	started(t, nil, program(t, "dbus-daemon", "dbus"), "--config-file="+filepath.Join(dir, "bus.conf"), "--nofork", "--nopidfile")
	require.Eventually(t, func() bool { _, err := os.Stat(socket); return err == nil }, patience, 20*time.Millisecond)
	environment := []string{"DBUS_SYSTEM_BUS_ADDRESS=unix:path=" + socket}
	avahi := started(t, environment, program(t, "avahi-daemon", "avahi-daemon"),
		"--file="+filepath.Join(dir, "avahi.conf"), "--no-drop-root", "--no-chroot", "--no-rlimits")
	require.Eventually(t, func() bool {
		return avahi.hasEnded() || strings.Contains(avahi.said.String(), "Server startup complete")
	},
		patience, 20*time.Millisecond)
	require.False(t, avahi.hasEnded(), "avahi-daemon: %s", avahi.said)
	return environment
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// everywhere is a printer of the program ippeveprinter, for a test.
type everywhere struct {
	dir     string
	port    int
	program *running
}

// command is what the printer runs for each document: it notes what it was given, waits while there is a file
// hold, and says and ends as the files state and end tell it to.
const command = `#!/bin/sh
cd %q
env | grep ^IPP_ > given
while [ -e hold ]; do sleep 0.02; done
cat state >&2
exit $(cat end)
`

func startEverywhere(t *testing.T) *everywhere {
	t.Helper()
	path := program(t, "ippeveprinter", "cups-ipp-utils")
	oneAtATime(t, "ippeveprinter")
	e := &everywhere{dir: t.TempDir(), port: freePort(t)}
	require.NoError(t, os.Mkdir(filepath.Join(e.dir, "spool"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(e.dir, "command"), fmt.Appendf(nil, command, e.dir), 0o700)) //nolint:gosec // it is run
	e.then(t, "", 0)
	arguments := []string{
		"-r", "off", "-n", "localhost", "-p", fmt.Sprint(e.port), "-f", "application/pdf", "-c", filepath.Join(e.dir, "command"),
		"-k", "-d", filepath.Join(e.dir, "spool"), "-K", e.dir, "-vv", "etiquetas",
	}
	// It ends at once where DNS-SD is missing, even though it announces nothing.
	e.program = started(t, nil, path, arguments...)
	if !e.program.listens(t, e.port) {
		require.Contains(t, e.program.said.String(), "DNS-SD")
		e.program = started(t, dnssd(t), path, arguments...)
		require.True(t, e.program.listens(t, e.port))
	}
	return e
}

// then says what the next documents make the printer say, and how they end.
func (e *everywhere) then(t *testing.T, state string, end int) {
	t.Helper()
	write(t, filepath.Join(e.dir, "state"), state)
	write(t, filepath.Join(e.dir, "end"), fmt.Sprint(end))
}

// sendOnceItTakesIt sends a document once the printer takes it: for a moment it is busy with a job that it already
// calls completed.
func sendOnceItTakesIt(t *testing.T, device printing.Device) {
	t.Helper()
	var notSent *printing.NotSentError
	for range 600 {
		err := device.Send(t.Context(), aLabel)
		if !errors.As(err, &notSent) {
			require.NoError(t, err)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	require.NoError(t, notSent)
}

func (e *everywhere) printer(scheme string) printing.Printer {
	return printing.Printer{Address: fmt.Sprintf("%s://localhost:%d/ipp/print", scheme, e.port)}
}

func TestIPPEvePrinterPrintsWhatWeSend(t *testing.T) {
	t.Parallel()
	e := startEverywhere(t)
	device := opened(t, e.printer("ipp"))
	status := look(t, device)
	require.True(t, status.Ready(), status.Said)
	assert.Contains(t, status.Said, "lists no paper of 4x6in", "it has letter and A4; it refuses a job that asks for another size")
	hold := filepath.Join(e.dir, "hold")
	write(t, hold, "")
	sendOnceItTakesIt(t, device)
	outcome, err := device.Outcome(t.Context())
	require.NoError(t, err)
	assert.Equal(t, printing.Outcome{}, outcome, "nothing is out while the printer holds it")
	var notSent *printing.NotSentError
	require.ErrorAs(t, device.Send(t.Context(), aLabel), &notSent, "it takes one job at a time")
	require.NoError(t, os.Remove(hold))
	assert.Equal(t, printing.Outcome{Out: 1}, waitForOutcome(t, device, 1))
	for i := range 2 {
		sendOnceItTakesIt(t, device)
		assert.Equal(t, printing.Outcome{Out: i + 2}, waitForOutcome(t, device, i+2))
	}
	kept, err := filepath.Glob(filepath.Join(e.dir, "spool", "*.pdf"))
	require.NoError(t, err)
	require.Len(t, kept, 3, "one job for each document")
	for _, path := range kept {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, wholePDF, string(data))
	}
	given, err := os.ReadFile(filepath.Join(e.dir, "given"))
	require.NoError(t, err)
	t.Logf("the printer was given:\n%s", given)

	e.then(t, "", 1)
	sendOnceItTakesIt(t, device)
	assert.Equal(t, printing.Outcome{Out: 3, Failed: true}, waitForOutcome(t, device, 4), "its command failed")

	e.program.kill()
	if seen := look(t, device).Conditions; !slices.Equal(seen, []printing.Condition{printing.Unreachable}) {
		assert.Equal(t, []printing.Condition{printing.Silent}, seen, "a question on the connection that just ends has no answer")
		assert.Equal(t, []printing.Condition{printing.Unreachable}, look(t, device).Conditions)
	}
	require.ErrorAs(t, device.Send(t.Context(), aLabel), &notSent)
}

func TestIPPEvePrinterSaysItsFaults(t *testing.T) {
	t.Parallel()
	e := startEverywhere(t)
	device := opened(t, e.printer("ipp"))
	hold := filepath.Join(e.dir, "hold")
	sent := 0
	for reason, want := range map[string]printing.Condition{
		"media-jam": printing.PaperJam, "media-low": printing.PaperAlmostOut, "cover-open": printing.HeadOpen,
		"paused": printing.PausedAtIt, "moving-to-paused": printing.PausedAtIt, "spool-area-full": printing.BufferFull,
		// It only warns of these, and prints on.
		"toner-empty": "", "marker-supply-empty": "", "marker-supply-low": "", "other": "",
	} {
		sent++
		write(t, hold, "")
		e.then(t, "STATE: "+reason+"\n", 0)
		sendOnceItTakesIt(t, device)
		require.NoError(t, os.Remove(hold))
		waitForOutcome(t, device, sent)
		status := look(t, device)
		assert.Contains(t, status.Said, reason)
		if want == "" {
			assert.Empty(t, status.Conditions, "%s: %s", reason, status.Said)
		} else {
			assert.Equal(t, []printing.Condition{want}, status.Conditions, "%s: %s", reason, status.Said)
		}
	}
}

func TestIPPEvePrinterWaitsForPaperAndGoesOn(t *testing.T) {
	t.Parallel()
	e := startEverywhere(t)
	device := opened(t, e.printer("ipp"))
	e.then(t, "STATE: media-empty\n", 0)
	sendOnceItTakesIt(t, device)
	assert.Equal(t, 1, waitForOutcome(t, device, 1).Out)
	sendOnceItTakesIt(t, device)
	require.Eventually(t, func() bool { return !look(t, device).Ready() }, patience, 20*time.Millisecond)
	status := look(t, device)
	assert.Contains(t, status.Conditions, printing.PaperOut, status.Said)
	outcome, err := device.Outcome(t.Context())
	require.NoError(t, err)
	assert.Equal(t, printing.Outcome{Out: 1}, outcome, "it waits for paper")

	e.then(t, "STATE: none\n", 0)
	fill := "http://localhost:%d/media?size1=na_letter_8.5x11in&type1=stationery&level1=250&size3=na_number-10_4.125x9.5in&type3=envelope&level3=-2"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf(fill, e.port), nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, printing.Outcome{Out: 2}, waitForOutcome(t, device, 2), "by itself, once")
	assert.Empty(t, look(t, device).Conditions)
	kept, err := filepath.Glob(filepath.Join(e.dir, "spool", "*.pdf"))
	require.NoError(t, err)
	assert.Len(t, kept, 2)
}

func TestIPPEvePrintersCertificateIsPinned(t *testing.T) {
	t.Parallel()
	e := startEverywhere(t)
	stranger := look(t, opened(t, e.printer("ipps")))
	assert.Equal(t, []printing.Condition{printing.UnknownFault}, stranger.Conditions)
	_, fingerprint, found := strings.Cut(stranger.Said, "SHA-256 ")
	require.True(t, found, stranger.Said)
	fingerprint, _, _ = strings.Cut(fingerprint, ")")
	known := e.printer("ipps")
	known.Fingerprint = fingerprint
	device := opened(t, known)
	require.True(t, look(t, device).Ready())
	sendOnceItTakesIt(t, device)
	assert.Equal(t, 1, waitForOutcome(t, device, 1).Out)
	known.Fingerprint = strings.Repeat("ab", 32)
	other := opened(t, known)
	assert.Contains(t, look(t, other).Said, "names another one")
	var notSent *printing.NotSentError
	require.ErrorAs(t, other.Send(t.Context(), aLabel), &notSent)
}

// TestIPPToolJudgesOurOfficePrinter runs CUPS's own tests of RFC 8011 against the fake printer.
func TestIPPToolJudgesOurOfficePrinter(t *testing.T) {
	t.Parallel()
	path := program(t, "ipptool", "cups-ipp-utils")
	printer, _, server := office(t, fakeoffice.Options{JobTime: 50 * time.Millisecond})
	file := filepath.Join(t.TempDir(), "label.pdf")
	write(t, file, wholePDF)
	judge := started(t, nil, path, "-t", "-f", file, strings.Replace(server.URL, "http", "ipp", 1)+"/ipp/print", "ipp-1.1.test")
	<-judge.ended
	assert.Contains(t, judge.said.String(), "Score: 100%")
	assert.Positive(t, printer.Count())
	if t.Failed() {
		t.Log(judge.said)
	}
}
