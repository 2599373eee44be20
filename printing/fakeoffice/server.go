package fakeoffice

import (
	"io"
	"mime"
	"net/http"

	"github.com/despacho/despacho/printing/ipp/wire"
)

// maxRequest is how long a request with its document may be, in bytes.
const maxRequest = 16 << 20

// Statuses of RFC 8011.
const (
	statusOK              = 0x0000
	statusIgnored         = 0x0001
	statusBadRequest      = 0x0400
	statusNotPossible     = 0x0404
	statusNotFound        = 0x0406
	statusFormatUnknown   = 0x040a
	statusDocumentDamaged = 0x0411
	statusUnknown         = 0x0501
	statusVersion         = 0x0503
	statusNotAccepting    = 0x0506
	statusBusy            = 0x0507
)

// ServeHTTP answers IPP where it is posted, and shows the page else.
func (p *Printer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || kind != "application/ipp" {
		p.servePage(w, r)
		return
	}
	modes := p.Modes()
	body := io.Reader(http.MaxBytesReader(w, r.Body, maxRequest))
	if modes.CutsDocuments {
		body = io.LimitReader(body, 4<<10)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
		return
	}
	if len(data) > 3 && data[3] == wire.PrintJob && modes.CutsDocuments {
		p.beginJob(data)
		panic(http.ErrAbortHandler)
	}
	if modes.Mute {
		<-r.Context().Done()
		return
	}
	answer, err := p.answer(data).Encode()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if modes.LosesAnswers && len(data) > 3 && data[3] == wire.PrintJob {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/ipp")
	_, _ = w.Write(answer)
}

// beginJob makes the job of a document that never comes whole.
func (p *Printer) beginJob(data []byte) {
	m, _, err := wire.Decode(data)
	if err != nil {
		return
	}
	r := request{Message: m, operation: m.Group(wire.OperationGroup)}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.makeJob(r.operation.First("requesting-user-name").String(), wishes(r))
}

// request is a request that was read.
type request struct {
	wire.Message
	operation *wire.Group
	document  []byte
}

func (p *Printer) answer(data []byte) wire.Message {
	m, document, err := wire.Decode(data)
	answer := wire.Message{Major: 1, Minor: 1, RequestID: m.RequestID, Groups: []wire.Group{{Tag: wire.OperationGroup, Attributes: []wire.Attribute{
		wire.Attr("attributes-charset", wire.Text(wire.TagCharset, "utf-8")),
		wire.Attr("attributes-natural-language", wire.Text(wire.TagLanguage, "en")),
	}}}}
	r := request{m, m.Group(wire.OperationGroup), document}
	switch {
	case err != nil || !startsWell(m):
		answer.Code = statusBadRequest
	case m.Major < 1 || m.Major > 2:
		answer.Code = statusVersion
	default:
		answer.Major, answer.Minor = m.Major, m.Minor
		p.mu.Lock()
		defer p.mu.Unlock()
		p.advance()
		status, groups := p.obey(r)
		answer.Code, answer.Groups = status, append(answer.Groups, groups...)
	}
	return answer
}

// startsWell holds RFC 8011 4.1.4: charset and language come first, then the printer's address.
func startsWell(m wire.Message) bool {
	if len(m.Groups) == 0 || m.Groups[0].Tag != wire.OperationGroup || m.RequestID <= 0 {
		return false
	}
	attributes := m.Groups[0].Attributes
	return len(attributes) >= 3 && attributes[0].Name == "attributes-charset" && attributes[1].Name == "attributes-natural-language" &&
		(m.Groups[0].First("printer-uri").String() != "" || m.Groups[0].First("job-uri").String() != "")
}

func (p *Printer) obey(r request) (status uint16, groups []wire.Group) {
	switch r.Code {
	case wire.PrintJob:
		return p.printJob(r)
	case wire.ValidateJob:
		status, unsupported := p.validate(r)
		return status, unsupported
	case wire.CreateJob:
		return p.createJob(r)
	case wire.SendDocument:
		return p.sendDocument(r)
	case wire.CancelJob:
		return p.cancelJob(r)
	case wire.GetJobAttributes:
		if j := p.askedJob(r); j != nil {
			return statusOK, []wire.Group{p.describeJob(r, j)}
		}
		return statusNotFound, nil
	case wire.GetJobs:
		return statusOK, p.listJobs(r)
	case wire.GetPrinterAttributes:
		return statusOK, []wire.Group{{Tag: wire.PrinterGroup, Attributes: requested(r, p.describe())}}
	}
	return statusUnknown, nil
}
