package fakeoffice_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing/fakeoffice"
	"github.com/despacho/despacho/printing/ipp/wire"
)

const wholePDF = "%PDF-1.4\n%%EOF\n"

// asked sends a request to the printer and returns its answer. The job attributes are those of a group job.
func asked(t *testing.T, printer http.Handler, operation uint16, document string, attributes ...wire.Attribute) wire.Message {
	t.Helper()
	message := wire.Message{Major: 1, Minor: 1, Code: operation, RequestID: 1, Groups: []wire.Group{{Tag: wire.OperationGroup, Attributes: append([]wire.Attribute{
		wire.Attr("attributes-charset", wire.Text(wire.TagCharset, "utf-8")),
		wire.Attr("attributes-natural-language", wire.Text(wire.TagLanguage, "en")),
		wire.Attr("printer-uri", wire.Text(wire.TagURI, "ipp://localhost/ipp/print")),
	}, attributes...)}}}
	data, err := message.Encode()
	require.NoError(t, err)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/ipp/print", bytes.NewReader(append(data, document...)))
	request.Header.Set("Content-Type", "application/ipp")
	recorder := httptest.NewRecorder()
	printer.ServeHTTP(recorder, request)
	require.Equal(t, http.StatusOK, recorder.Code)
	answer, _, err := wire.Decode(recorder.Body.Bytes())
	require.NoError(t, err)
	return answer
}

// stateOf is the state of a job, and why.
func stateOf(t *testing.T, printer http.Handler, id int) string {
	t.Helper()
	group := asked(t, printer, wire.GetJobAttributes, "", wire.Attr("job-id", wire.Integer(id))).Group(wire.JobGroup)
	state, _ := group.First("job-state").Int()
	return fmt.Sprintf("%d %s", state, group.First("job-state-reasons"))
}

func TestJobsTakeTheirTimeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		printer := fakeoffice.New(fakeoffice.Options{JobTime: time.Second})
		for range 3 {
			asked(t, printer, wire.PrintJob, wholePDF)
		}
		states := func() []string {
			return []string{stateOf(t, printer, 1), stateOf(t, printer, 2), stateOf(t, printer, 3)}
		}
		assert.Equal(t, []string{"5 job-printing", "3 none", "3 none"}, states())
		time.Sleep(1500 * time.Millisecond)
		assert.Equal(t, []string{"9 job-completed-successfully", "5 job-printing", "3 none"}, states())
		printer.Change(func(m *fakeoffice.Modes) { m.Stopped, m.Reasons = true, []string{"cover-open-error"} })
		time.Sleep(time.Hour)
		assert.Equal(t, []string{"9 job-completed-successfully", "6 printer-stopped", "3 none"}, states(), "a fault holds them")
		facts := asked(t, printer, wire.GetPrinterAttributes, "").Group(wire.PrinterGroup)
		state, _ := facts.First("printer-state").Int()
		assert.Equal(t, 5, state)
		assert.Equal(t, "cover-open-error", facts.First("printer-state-reasons").String())
		printer.Change(func(m *fakeoffice.Modes) { *m = fakeoffice.Modes{} })
		assert.Equal(t, 1, printer.Count())
		time.Sleep(2500 * time.Millisecond)
		assert.Equal(t, 3, printer.Count(), "each once, after the fault")
	})
}

func TestThePaperEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		printer := fakeoffice.New(fakeoffice.Options{})
		printer.Change(func(m *fakeoffice.Modes) { m.SheetsLeft = 2 })
		for range 3 {
			asked(t, printer, wire.PrintJob, wholePDF)
		}
		time.Sleep(time.Hour)
		assert.Equal(t, 2, printer.Count())
		assert.Equal(t, []string{"media-empty-error"}, printer.Modes().Reasons)
	})
}

func TestWhatAPrinterRefuses(t *testing.T) {
	t.Parallel()
	printer := fakeoffice.New(fakeoffice.Options{})
	format := func(name string) wire.Attribute { return wire.Attr("document-format", wire.Text(wire.TagMIME, name)) }
	for name, c := range map[string]struct {
		operation  uint16
		document   string
		attributes []wire.Attribute
		want       uint16
	}{
		"a PDF without an end":          {wire.PrintJob, "%PDF-1.4", nil, 0x0411},
		"no document":                   {wire.PrintJob, "", nil, 0x0411},
		"ZPL":                           {wire.PrintJob, "^XA^XZ", []wire.Attribute{format("application/vnd.zebra-zpl")}, 0x040a},
		"a job that is not there":       {wire.CancelJob, "", []wire.Attribute{wire.Attr("job-id", wire.Integer(77))}, 0x0406},
		"an operation that it has not":  {0x0003, "", nil, 0x0501},
		"a document without its job":    {wire.SendDocument, wholePDF, []wire.Attribute{wire.Attr("last-document", wire.Boolean(true))}, 0x0406},
		"a document of several, for it": {wire.SendDocument, wholePDF, nil, 0x0400},
		"ZPL that it is only asked for": {wire.ValidateJob, "", []wire.Attribute{format("application/vnd.zebra-zpl")}, 0x040a},
	} {
		assert.Equal(t, c.want, asked(t, printer, c.operation, c.document, c.attributes...).Code, name)
	}
	assert.Zero(t, printer.Count())
}

func TestAJobInTwoSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		printer := fakeoffice.New(fakeoffice.Options{ZPL: true})
		id := asked(t, printer, wire.CreateJob, "", wire.Attr("job-name", wire.Text(wire.TagName, "etiqueta"))).Group(wire.JobGroup).First("job-id")
		assert.Equal(t, "4 job-incoming", stateOf(t, printer, 1))
		last := wire.Attr("last-document", wire.Boolean(true))
		answer := asked(t, printer, wire.SendDocument, "^XA^XZ", wire.Attr("job-id", id), last)
		assert.Zero(t, answer.Code)
		time.Sleep(time.Minute)
		require.Equal(t, 1, printer.Count())
		assert.Equal(t, "etiqueta", printer.Printed()[0].Name)
		assert.Equal(t, "application/vnd.zebra-zpl", printer.Printed()[0].Format)
		assert.EqualValues(t, 0x0404, asked(t, printer, wire.SendDocument, "^XA^XZ", wire.Attr("job-id", id), last).Code, "it had its document")
		assert.EqualValues(t, 0x0404, asked(t, printer, wire.CancelJob, "", wire.Attr("job-id", id)).Code, "it has ended")
	})
}

func TestACancelledJobIsNotPrinted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		printer := fakeoffice.New(fakeoffice.Options{})
		asked(t, printer, wire.PrintJob, wholePDF)
		assert.Zero(t, asked(t, printer, wire.CancelJob, "", wire.Attr("job-id", wire.Integer(1))).Code)
		time.Sleep(time.Minute)
		assert.Zero(t, printer.Count())
		assert.Equal(t, "7 job-canceled-by-user", stateOf(t, printer, 1))
	})
}

func TestItRemembersABoundedNumber(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		printer := fakeoffice.New(fakeoffice.Options{Keep: 3})
		for range 10 {
			asked(t, printer, wire.PrintJob, wholePDF)
			time.Sleep(time.Second)
		}
		assert.Equal(t, 10, printer.Count())
		require.Len(t, printer.Printed(), 3)
		assert.Equal(t, 8, printer.Printed()[0].Job)
		jobs := asked(t, printer, wire.GetJobs, "", wire.Keywords("which-jobs", "completed"))
		assert.LessOrEqual(t, len(jobs.Groups), 1+4)
		assert.EqualValues(t, 0x0406, asked(t, printer, wire.GetJobAttributes, "", wire.Attr("job-id", wire.Integer(1))).Code)
		printer.Change(func(m *fakeoffice.Modes) { m.Stopped = true })
		for range 100 {
			assert.Zero(t, asked(t, printer, wire.PrintJob, wholePDF).Code)
		}
		assert.EqualValues(t, 0x0507, asked(t, printer, wire.PrintJob, wholePDF).Code, "enough wait")
	})
}

func TestThePageShowsWhatCameOut(t *testing.T) {
	t.Parallel()
	printer := fakeoffice.New(fakeoffice.Options{Name: "Oficina <1>", JobTime: time.Microsecond})
	asked(t, printer, wire.PrintJob, wholePDF, wire.Attr("job-name", wire.Text(wire.TagName, "etiqueta <b>")))
	require.Eventually(t, func() bool { return printer.Count() == 1 }, time.Minute, time.Millisecond)
	server := httptest.NewServer(printer)
	t.Cleanup(server.Close)
	got := func(path string) (*http.Response, string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return response, string(body)
	}
	_, text := got("/")
	for _, want := range []string{"Oficina &lt;1&gt;", "etiqueta &lt;b&gt;", "Lista", "1 impresos", `href="/documents/1"`} {
		assert.Contains(t, text, want)
	}
	response, text := got("/documents/1")
	assert.Equal(t, "application/pdf", response.Header.Get("Content-Type"))
	assert.Equal(t, wholePDF, text)
	response, _ = got("/documents/2")
	assert.Equal(t, http.StatusNotFound, response.StatusCode)

	choose := func(fault string) {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/fault", strings.NewReader(url.Values{"fault": {fault}}.Encode()))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	}
	choose("open")
	_, text = got("/")
	assert.Contains(t, text, "Detenida")
	assert.Equal(t, []string{"cover-open-error"}, printer.Modes().Reasons)
	choose("")
	assert.Empty(t, printer.Modes().Reasons)
	assert.False(t, printer.Modes().Stopped)
}
