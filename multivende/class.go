package multivende

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/samber/lo"
)

// Class says what went wrong with a call, by what the caller can do about it.
type Class string

// The classes of errors.
const (
	NotAuthorised Class = "not_authorised" // 401: the token is no longer good; 403: a scope is missing
	NotFound      Class = "not_found"      // 404: the hub does not know the object; or the id cannot be used in a call
	NoRoute       Class = "no_route"       // 405, 501, a 404 of the path itself: the path table does not fit this hub
	Refused       Class = "refused"        // any other 4xx, or a call that would make no sense to send
	Busy          Class = "busy"           // 429 and 5xx: come back later
	Broken        Class = "broken"         // HTML, empty, cut off, too large, not the JSON that was asked for
	Unreachable   Class = "unreachable"    // no connection, or it was lost before the answer
	LinkExpired   Class = "link_expired"   // a download link that is dead: ask for a new one
	Stalled       Class = "stalled"        // a download whose server sends nothing, or almost nothing
	NeedsConsent  Class = "needs_consent"  // the account has no token until its merchant gives a new code
)

// Error is a failed call. It never holds a token, a link, or a body.
type Error struct {
	Class  Class
	Route  string // the name in the path table and the method, "change_status PUT"
	Status int    // HTTP status; 0 when no answer came
	// CalledRoute is the method and the path template that was called; "" when nothing was.
	CalledRoute string
	// RouteUnproven marks a NotFound for which neither the answer nor an earlier one shows that the route exists.
	RouteUnproven bool
	// Excerpt is what the hub or the network said: cleaned, at most 200 characters, may be empty.
	Excerpt string
	// RetryAfter is how long to wait, in our own time; 0 when the hub did not say.
	RetryAfter time.Duration
	// MayBeDone tells that the hub may have received and carried out the request; set only for calls
	// that change something.
	MayBeDone bool
}

var sentences = map[Class]string{
	NotAuthorised: "the hub does not accept the token",
	NotFound:      "the hub does not know it",
	NoRoute:       "the hub has no such route",
	Refused:       "the hub refuses the call",
	Busy:          "the hub is busy",
	Broken:        "the hub's answer cannot be read",
	Unreachable:   "the hub cannot be reached",
	LinkExpired:   "the link has expired",
	Stalled:       "the hub does not send the file",
	NeedsConsent:  "the merchant's account needs a new authorization code",
}

// Error tells the route, the class, the status and the excerpt in one line.
func (e *Error) Error() string {
	said := e.sentence()
	if e.Status != 0 {
		said += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	return strings.Join(lo.Compact([]string{e.Route, said, e.Excerpt, e.remedy()}), ": ")
}

// remedy names the setting that corrects a route.
func (e *Error) remedy() string {
	if e.Class != NoRoute {
		return ""
	}
	return fmt.Sprintf("%s was called; DESPACHO_HUB_PATHS sets %s", e.CalledRoute, RouteOf(e))
}

func (e *Error) sentence() string {
	switch {
	case (e.Class == Refused || e.Class == NotFound) && e.Status == 0:
		return "not sent"
	case e.Class == NotAuthorised && e.Status == http.StatusForbidden:
		return "the token lacks a scope"
	case strings.HasPrefix(e.Route, routeDownload+" "):
		return strings.Replace(sentences[e.Class], "the hub", "the file's server", 1)
	}
	return sentences[e.Class]
}

// ClassOf is the class of an error of this package, however wrapped; "" for any other.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

func routeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Route
	}
	return ""
}

// classOfStatus is the class of an HTTP status that is not 2xx.
func classOfStatus(status int) Class {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return NotAuthorised
	case status == http.StatusNotFound:
		return NotFound
	case status == http.StatusMethodNotAllowed, status == http.StatusNotImplemented:
		return NoRoute
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status >= 500:
		return Busy
	}
	return Refused
}
