package sandbox

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// linkLife is how long a link that dies can be used, on the hub's clock.
const linkLife = 15 * time.Minute

// linkTo is the address of a file; one that dies is signed until its end.
func (h *Hub) linkTo(base, kind, id string, dies bool, now time.Time) string {
	address := base + "/files/" + kind + "/" + id
	if !dies {
		return address
	}
	until := now.Add(linkLife).Unix()
	return fmt.Sprintf("%s?Expires=%d&Signature=%s", address, until, h.signature(id, until))
}

func (h *Hub) signature(id string, until int64) string { return h.id("signature %s %d", id, until) }

// dead is the answer to a link without a valid signature, for channels whose
// links die.
func (h *Hub) dead(r *http.Request, id string, c *channel, now time.Time) (answer, bool) {
	if !c.hands.dies {
		return answer{}, false
	}
	query := r.URL.Query()
	until, _ := strconv.ParseInt(query.Get("Expires"), 10, 64)
	switch {
	case query.Get("Signature") != h.signature(id, until):
		return xmlError(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature does not match"), true
	case now.After(time.Unix(until, 0)):
		return xmlError(http.StatusForbidden, "AccessDenied", "Request has expired"), true
	}
	return answer{}, false
}

// xmlError is an error as S3 writes it.
func xmlError(status int, code, message string) answer {
	content, _ := xml.Marshal(struct { // plain texts
		XMLName xml.Name `xml:"Error"`
		Code    string
		Message string
	}{Code: code, Message: message})
	return answer{status: status, kind: "application/xml", raw: append([]byte(xml.Header), content...)}
}

func (h *Hub) downloadTask(r *http.Request) answer {
	id := r.PathValue("id")
	now := h.lock()
	t := h.taskByID[id]
	if t == nil || now.Before(t.endsAt) {
		h.mutex.Unlock()
		return xmlError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	if refusal, dead := h.dead(r, id, t.connection.channel, now); dead {
		h.mutex.Unlock()
		return refusal
	}
	h.downloaded(id)
	_ = h.record(entry{At: now, Kind: "download", ID: id}) // a lost count is no reason to withhold the file
	h.mutex.Unlock()
	content, err := h.bundle(t)
	if err != nil {
		return xmlError(http.StatusInternalServerError, "InternalError", err.Error())
	}
	return answer{status: http.StatusOK, raw: content, kind: "application/zip", name: "tickets.zip", id: id}
}

func (h *Hub) downloadDocument(r *http.Request) answer {
	id := r.PathValue("id")
	now := h.lock()
	d, known := h.documents[id]
	if !known {
		h.mutex.Unlock()
		return xmlError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	if refusal, dead := h.dead(r, id, d.ask.order.channel(), now); dead {
		h.mutex.Unlock()
		return refusal
	}
	h.downloaded(id)
	_ = h.record(entry{At: now, Kind: "download", ID: id}) // as above
	h.mutex.Unlock()
	content, err := h.content(d)
	if err != nil {
		return xmlError(http.StatusInternalServerError, "InternalError", err.Error())
	}
	given := answer{status: http.StatusOK, raw: content, kind: d.mime(), name: d.name, id: id, delay: trickleDelay}
	if d.ask.file == stalled || d.ask.file == trickled {
		given.pace = d.ask.file
	}
	return given
}

// downloaded counts a download for every order whose labels were in it.
func (h *Hub) downloaded(id string) {
	if d, known := h.documents[id]; known {
		d.ask.order.downloads++
	}
	if t := h.taskByID[id]; t != nil {
		for _, a := range t.asks {
			if a.result == resultLabel {
				a.order.downloads++
			}
		}
	}
}
