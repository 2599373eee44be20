package ipp_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakeoffice"
	"github.com/despacho/despacho/printing/ipp"
)

// patience bounds every wait for a printer; on a busy machine other people's programs take a while.
const patience = 4 * time.Minute

const wholePDF = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"

var aLabel = printing.Document{Name: "etiqueta", Type: "application/pdf", Data: []byte(wholePDF), Pieces: 1}

// office is a fake printer and the device that prints on it.
func office(t *testing.T, options fakeoffice.Options) (*fakeoffice.Printer, *ipp.Device, *httptest.Server) {
	t.Helper()
	if options.JobTime == 0 {
		options.JobTime = time.Millisecond
	}
	printer := fakeoffice.New(options)
	server := httptest.NewServer(printer)
	t.Cleanup(server.Close)
	return printer, opened(t, printing.Printer{Address: strings.Replace(server.URL, "http", "ipp", 1) + "/ipp/print"}), server
}

func opened(t *testing.T, printer printing.Printer) *ipp.Device {
	t.Helper()
	printer.Name, printer.Kind = "oficina", printing.IPP
	if printer.Stock == "" {
		printer.Stock = "4x6in"
	}
	device, err := ipp.Open(printer)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, device.Close()) })
	return device
}

func look(t *testing.T, device printing.Device) printing.Status {
	t.Helper()
	status, err := device.Look(t.Context())
	require.NoError(t, err)
	assert.LessOrEqual(t, len([]rune(status.Said)), 200)
	return status
}

// waitForOutcome asks until the documents are out or one has failed or is in doubt.
func waitForOutcome(t *testing.T, device printing.Device, out int) printing.Outcome {
	t.Helper()
	var outcome printing.Outcome
	require.Eventually(t, func() bool {
		var err error
		outcome, err = device.Outcome(t.Context())
		return assert.NoError(t, err) && (outcome.Failed || outcome.InDoubt || outcome.Out >= out)
	}, patience, 5*time.Millisecond)
	return outcome
}

func TestDocumentsComeOutInOrderAtTheirOwnSize(t *testing.T) {
	t.Parallel()
	printer, device, _ := office(t, fakeoffice.Options{})
	assert.True(t, look(t, device).Ready())
	for range 3 {
		require.NoError(t, device.Send(t.Context(), aLabel))
	}
	assert.Equal(t, printing.Outcome{Out: 3}, waitForOutcome(t, device, 3))
	require.Equal(t, 3, printer.Count())
	for _, document := range printer.Printed() {
		assert.Equal(t, "none", document.Scaling, "at 100 %%")
		assert.Equal(t, "10160x15240", document.Media, "4 × 6 inches")
		assert.Equal(t, wholePDF, string(document.Data))
		assert.True(t, strings.HasPrefix(document.Name, "etiqueta "), document.Name)
	}
}

func TestNothingIsOutWhileThePaperIs(t *testing.T) {
	t.Parallel()
	printer, device, _ := office(t, fakeoffice.Options{})
	printer.Change(func(m *fakeoffice.Modes) { m.SheetsLeft = 2 })
	for range 4 {
		require.NoError(t, device.Send(t.Context(), aLabel))
	}
	require.Equal(t, 2, waitForOutcome(t, device, 2).Out)
	status := look(t, device)
	assert.Equal(t, []printing.Condition{printing.PaperOut}, status.Conditions)
	assert.Contains(t, status.Said, "media-empty-error")
	outcome, err := device.Outcome(t.Context())
	require.NoError(t, err)
	assert.Equal(t, printing.Outcome{Out: 2}, outcome)
	printer.Change(func(m *fakeoffice.Modes) { *m = fakeoffice.Modes{} })
	assert.Equal(t, 4, waitForOutcome(t, device, 4).Out)
	assert.Equal(t, 4, printer.Count(), "each once")
}

func TestEveryFaultSaysWhatToDo(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]printing.Condition{
		"media-empty-error": printing.PaperOut, "media-empty": printing.PaperOut, "media-needed-error": printing.PaperOut,
		"media-jam-error": printing.PaperJam, "cover-open-error": printing.HeadOpen, "door-open": printing.HeadOpen,
		"marker-supply-empty-error": printing.RibbonOut, "toner-empty": printing.RibbonOut, "fuser-over-temp": printing.HeadHot,
		"paused": printing.PausedAtIt, "moving-to-paused": printing.PausedAtIt, "spool-area-full": printing.BufferFull,
		"cutter-fault-error": printing.CutterFault, "shutdown": printing.Stopped, "offline-report": printing.Unreachable,
		"timed-out": printing.Silent, "other-error": printing.UnknownFault, "com.maker-belt-torn": printing.UnknownFault,
		"media-low-warning": printing.PaperAlmostOut, "media-low-report": printing.PaperAlmostOut,
		"media-empty-warning": printing.PaperAlmostOut, "media-needed-warning": printing.PaperOut, "cover-open-report": printing.HeadOpen,
		"toner-empty-warning": "", "other-report": "", "other-warning": "", "marker-supply-low-warning": "", "connecting-to-device": "", "cups-remote-pending": "", "none": "",
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			printer, device, _ := office(t, fakeoffice.Options{})
			printer.Change(func(m *fakeoffice.Modes) { m.Reasons = []string{reason} })
			status := look(t, device)
			if want == "" {
				assert.Empty(t, status.Conditions)
				assert.True(t, status.Ready())
				return
			}
			assert.Equal(t, []printing.Condition{want}, status.Conditions)
			assert.Equal(t, want.IsWarning(), status.Ready())
			assert.Contains(t, status.Said, reason)
		})
	}
}

func TestAStoppedPrinterIsNeverReady(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]printing.Condition{
		"none": printing.Stopped, "media-empty-warning": printing.PaperOut, "media-low-warning": printing.Stopped, "moving-to-paused": printing.PausedAtIt,
	} {
		printer, device, _ := office(t, fakeoffice.Options{})
		printer.Change(func(m *fakeoffice.Modes) { m.Stopped, m.Reasons = true, []string{reason} })
		status := look(t, device)
		assert.Contains(t, status.Conditions, want, reason)
		assert.False(t, status.Ready(), reason)
	}
	printer, device, _ := office(t, fakeoffice.Options{})
	printer.Change(func(m *fakeoffice.Modes) { m.RefusesJobs = true })
	assert.Equal(t, []printing.Condition{printing.Stopped}, look(t, device).Conditions)
}

func TestAnAbortedJobHasFailed(t *testing.T) {
	t.Parallel()
	printer, device, _ := office(t, fakeoffice.Options{})
	require.NoError(t, device.Send(t.Context(), aLabel))
	require.Equal(t, 1, waitForOutcome(t, device, 1).Out)
	printer.Change(func(m *fakeoffice.Modes) { m.AbortsJobs = true })
	require.NoError(t, device.Send(t.Context(), aLabel))
	assert.Equal(t, printing.Outcome{Out: 1, Failed: true}, waitForOutcome(t, device, 2))

	printer, device, _ = office(t, fakeoffice.Options{ZPL: true})
	printer.Change(func(m *fakeoffice.Modes) { m.AbortsJobs = true })
	require.NoError(t, device.Send(t.Context(), printing.Document{Type: "application/vnd.zebra-zpl", Data: []byte("^XA^XZ")}))
	assert.Equal(t, printing.Outcome{InDoubt: true}, waitForOutcome(t, device, 1), "LPrint calls jobs aborted that it has passed on")
}

func TestNobodyGuessesHowAJobEnded(t *testing.T) {
	t.Parallel()
	for words, change := range map[string]func(*fakeoffice.Modes){
		"completed with errors":       func(m *fakeoffice.Modes) { m.SpoilsJobs = true },
		"forgotten":                   func(m *fakeoffice.Modes) { m.ForgetsJobs = true },
		"a raw queue completes it":    func(m *fakeoffice.Modes) { m.DeviceURI = "socket://192.0.2.1" },
		"a queue over LPD, and so on": func(m *fakeoffice.Modes) { m.DeviceURI = "lpd://192.0.2.1/queue" },
	} {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			printer, device, _ := office(t, fakeoffice.Options{})
			printer.Change(change)
			require.NoError(t, device.Send(t.Context(), aLabel))
			require.Eventually(t, func() bool { return printer.Count() == 1 }, patience, time.Millisecond)
			outcome, err := device.Outcome(t.Context())
			require.NoError(t, err)
			assert.Equal(t, printing.Outcome{InDoubt: true}, outcome)
			if printer.Modes().DeviceURI != "" {
				assert.Contains(t, look(t, device).Said, "cannot tell whether a label came out")
			}
		})
	}
}

func TestALostAnswerIsLookedForByTheJobsName(t *testing.T) {
	t.Parallel()
	printer, device, _ := office(t, fakeoffice.Options{})
	require.NoError(t, device.Send(t.Context(), aLabel))
	printer.Change(func(m *fakeoffice.Modes) { m.LosesAnswers = true })
	require.NoError(t, device.Send(t.Context(), aLabel), "the printer lists the job")
	assert.Equal(t, 2, waitForOutcome(t, device, 2).Out)
	assert.Equal(t, 2, printer.Count())

	printer.Change(func(m *fakeoffice.Modes) { m.ForgetsJobs = true })
	err := device.Send(t.Context(), aLabel)
	var notSent *printing.NotSentError
	require.Error(t, err)
	require.NotErrorAs(t, err, &notSent, "it may have arrived")
	assert.Equal(t, printing.Outcome{Out: 2, InDoubt: true}, waitForOutcome(t, device, 3))
}

func TestACutInTheMiddleOfADocumentIsADoubt(t *testing.T) {
	t.Parallel()
	printer, device, _ := office(t, fakeoffice.Options{})
	look(t, device)
	printer.Change(func(m *fakeoffice.Modes) { m.CutsDocuments = true })
	large := aLabel
	large.Data = append([]byte(wholePDF), make([]byte, 8<<20)...)
	err := device.Send(t.Context(), large)
	var notSent *printing.NotSentError
	require.Error(t, err)
	require.NotErrorAs(t, err, &notSent)
	assert.Contains(t, err.Error(), "nobody knows whether a document arrived", "even though the printer lists its job")
	assert.Equal(t, printing.Outcome{InDoubt: true}, waitForOutcome(t, device, 1))
	assert.Zero(t, printer.Count())
}

func TestWhatIsRefusedWasNotSent(t *testing.T) {
	t.Parallel()
	for words, change := range map[string]func(*fakeoffice.Modes){
		"busy":               func(m *fakeoffice.Modes) { m.Busy = true },
		"not-accepting-jobs": func(m *fakeoffice.Modes) { m.RefusesJobs = true },
	} {
		printer, device, _ := office(t, fakeoffice.Options{})
		printer.Change(change)
		var notSent *printing.NotSentError
		err := device.Send(t.Context(), aLabel)
		require.ErrorAs(t, err, &notSent)
		require.ErrorContains(t, err, words)
		var refused *printing.RefusedError
		require.NotErrorAs(t, err, &refused, "later it may take it")
	}
	_, device, server := office(t, fakeoffice.Options{})
	zpl := printing.Document{Type: "application/vnd.zebra-zpl", Data: []byte("^XA^XZ")}
	var notSent *printing.NotSentError
	var refused *printing.RefusedError
	err := device.Send(t.Context(), zpl)
	require.ErrorAs(t, err, &notSent)
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "takes no application/vnd.zebra-zpl; it takes application/pdf")
	err = device.Send(t.Context(), printing.Document{Type: "application/pdf", Data: []byte("%PDF-1.4 and no end")})
	require.ErrorAs(t, err, &notSent)
	require.ErrorAs(t, err, &refused)
	require.ErrorContains(t, err, "document-format-error")
	server.Close()
	require.ErrorAs(t, device.Send(t.Context(), aLabel), &notSent, "connection refused")
}

func TestZPLGoesWhereThePrinterTakesIt(t *testing.T) {
	t.Parallel()
	printer, device, _ := office(t, fakeoffice.Options{ZPL: true})
	require.NoError(t, device.Send(t.Context(), printing.Document{Type: "application/vnd.zebra-zpl", Data: []byte("^XA^XZ")}))
	waitForOutcome(t, device, 1)
	assert.Equal(t, "application/vnd.zebra-zpl", printer.Printed()[0].Format)
	assert.Empty(t, printer.Printed()[0].Scaling)
}

func TestSilenceAndAbsenceAreConditions(t *testing.T) {
	t.Parallel()
	printer, device, server := office(t, fakeoffice.Options{})
	printer.Change(func(m *fakeoffice.Modes) { m.Mute = true })
	status := look(t, device)
	assert.Equal(t, []printing.Condition{printing.Silent}, status.Conditions)
	assert.True(t, status.Doubtful)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := device.Look(ended)
	require.ErrorIs(t, err, context.Canceled)
	server.CloseClientConnections()
	server.Close()
	assert.Equal(t, []printing.Condition{printing.Unreachable}, look(t, device).Conditions)
}
