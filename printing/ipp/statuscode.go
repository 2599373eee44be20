package ipp

import (
	"fmt"
	"net/http"
	"slices"
)

// statusWords are what RFC 8011 calls the statuses that refuse something.
var statusWords = map[int]string{
	0x0400: "bad-request", 0x0401: "forbidden", 0x0402: "not-authenticated", 0x0403: "not-authorized", 0x0404: "not-possible",
	0x0405: "timeout", 0x0406: "not-found", 0x0407: "gone", 0x0408: "request-entity-too-large", 0x0409: "request-value-too-long",
	0x040a: "document-format-not-supported", 0x040b: "attributes-or-values-not-supported", 0x040c: "uri-scheme-not-supported",
	0x040d: "charset-not-supported", 0x040e: "conflicting-attributes", 0x040f: "compression-not-supported",
	0x0410: "compression-error", 0x0411: "document-format-error", 0x0412: "document-access-error",
	0x0500: "internal-error", 0x0501: "operation-not-supported", 0x0502: "service-unavailable", 0x0503: "version-not-supported",
	0x0504: "device-error", 0x0505: "temporary-error", 0x0506: "not-accepting-jobs", 0x0507: "busy", 0x0508: "job-canceled",
}

func statusWord(code int) string {
	if word, known := statusWords[code]; known {
		return word
	}
	return fmt.Sprintf("%#04x", code)
}

// madeNoJob says that a printer that refuses with this status has made no job. It may have made one before an
// error of its own (0x0500 to 0x0505 and 0x0508).
func (r *refusal) madeNoJob() bool {
	if !r.ipp {
		return r.status >= 400 && r.status < 500
	}
	return r.status < 0x0500 || r.status == 0x0501 || r.status == 0x0503 || r.status == 0x0506 || r.status == 0x0507
}

// isFinal says that the printer will never take the document: it is too large, or of a kind that it cannot read.
func (r *refusal) isFinal() bool {
	if !r.ipp {
		return r.status == http.StatusRequestEntityTooLarge
	}
	return slices.Contains([]int{0x0408, 0x040a, 0x040f, 0x0410, 0x0411}, r.status)
}
