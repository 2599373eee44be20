package consent

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/despacho/despacho/multivende"
)

// CallbackAddress is where the hub sends the browser after a consent. The hub has this address on record,
// so it must not change.
const CallbackAddress = "127.0.0.1:8477"

const (
	callbackPath = "/callback"
	// ConsentWait is how long a person may take on the consent page.
	ConsentWait = 30 * time.Minute
	// caughtAtOnce answers are kept while an earlier one is exchanged.
	caughtAtOnce = 16
	// pageWithin is how long the browser may take to read the page that we answer with.
	pageWithin = time.Second
)

// RedirectURL is the redirect address for a callback host:port, as it must be registered at the hub.
func RedirectURL(callback string) string { return "http://" + callback + callbackPath }

// callbackAnswer is what the browser brought back.
type callbackAnswer struct {
	code    multivende.Secret
	refused string
	// ours: it came with the state that we sent, so it is the answer to our page.
	ours bool
}

// callbackServer waits for the browser. Any page that is open in the browser can send requests here as
// well, so requests that cannot come from a consent page are refused, and only a code, or a refusal
// that is ours, ends the wait.
type callbackServer struct {
	host   string
	hub    string // the hub's origin, which its page may send as Origin
	state  string // if the hub returns a state, it must be this one
	server *http.Server
	found  chan callbackAnswer
}

// catchCode listens for the browser that the hub sends back.
func catchCode(ctx context.Context, callback, hub string) (*callbackServer, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", callback)
	if err != nil {
		return nil, &PortError{Address: callback, Err: err}
	}
	c := &callbackServer{host: listener.Addr().String(), hub: originOf(hub), state: rand.Text(), found: make(chan callbackAnswer, caughtAtOnce)}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

// close gives the browser time to read its page, then ends the server.
func (c *callbackServer) close() {
	bounded, cancel := context.WithTimeout(context.Background(), pageWithin)
	defer cancel()
	_ = c.server.Shutdown(bounded)
	_ = c.server.Close()
}

// ServeHTTP accepts the code and refuses everything else.
func (c *callbackServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Content-Security-Policy", "default-src 'none'")
	_, port, _ := net.SplitHostPort(c.host)
	if r.URL.Path != callbackPath || r.Method != http.MethodGet || r.Host != c.host && r.Host != "localhost:"+port {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	code, refused, state := query.Get("code"), query.Get("error"), query.Get("state")
	ours := subtle.ConstantTimeCompare([]byte(state), []byte(c.state)) == 1
	switch {
	case !c.navigates(r) || state != "" && !ours:
		showPage(w, http.StatusForbidden, "No es la respuesta esperada", "Esta dirección solo recibe la respuesta de la página de autorización.")
	case err != nil || len(query["code"]) > 1 || len(query["state"]) > 1:
		showPage(w, http.StatusBadRequest, "No es la respuesta esperada", "Vuelva a la terminal e intente autorizar de nuevo.")
	case ValidCode(code):
		showPage(w, http.StatusOK, "Autorización recibida", "Vuelva a la terminal. Ya puede cerrar esta página.")
		c.tell(callbackAnswer{code: multivende.Secret(code), ours: ours})
	case refused != "":
		showPage(w, http.StatusOK, "Sin autorización", "El comercio no dio su autorización. Vuelva a la terminal.")
		c.tell(callbackAnswer{refused: cleanWords(refused), ours: ours})
	default:
		showPage(w, http.StatusBadRequest, "Falta el código", "Esta dirección solo recibe el código de autorización. Vuelva a la terminal e intente autorizar de nuevo.")
	}
}

// navigates reports whether the browser opens a whole page here, as when the hub sends it, rather
// than something that another page loads within itself or in advance. Browsers that send no
// Sec-Fetch headers send an Origin with requests of scripts.
func (c *callbackServer) navigates(r *http.Request) bool {
	return r.Header.Get("Sec-Purpose") == "" && r.Header.Get("Purpose") == "" && slices.Contains([]string{"", c.hub}, r.Header.Get("Origin")) &&
		slices.Contains([]string{"", "navigate"}, r.Header.Get("Sec-Fetch-Mode")) &&
		slices.Contains([]string{"", "document"}, r.Header.Get("Sec-Fetch-Dest"))
}

// originOf is the origin of an address, as a browser sends it in Origin.
func originOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Scheme + "://" + parsed.Host
}

func (c *callbackServer) tell(what callbackAnswer) {
	select {
	case c.found <- what:
	default: // the queue is full: nobody consents that often
	}
}

// showPage answers with a complete page and flushes it, because the program may end as soon as the
// code is passed on.
func showPage(w http.ResponseWriter, status int, title, text string) {
	page := fmt.Sprintf("<!DOCTYPE html><html lang=es><title>despacho</title><h1>%s</h1><p>%s</p></html>\n", title, text)
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page)
	_ = http.NewResponseController(w).Flush()
}

// wait returns the next code that the browser brings before the limit. A refusal without our state
// is passed to note, and the wait goes on.
func (c *callbackServer) wait(ctx context.Context, limit <-chan time.Time, note func(string)) (callbackAnswer, error) {
	for {
		select {
		case <-ctx.Done():
			return callbackAnswer{}, ctx.Err()
		case <-limit:
			return callbackAnswer{}, errors.New("nobody consented within " + ConsentWait.String())
		case what := <-c.found:
			switch {
			case what.refused == "":
				return what, nil
			case what.ours:
				return callbackAnswer{}, &RefusedError{Words: what.refused}
			default:
				note("the browser came back without a code: " + what.refused)
			}
		}
	}
}

// ValidCode reports whether a text can be an authorization code (usually ac-…).
func ValidCode(code string) bool {
	return len(code) > 0 && len(code) <= 512 && !strings.ContainsFunc(code, func(r rune) bool { return r <= ' ' || r > '~' })
}

// OpenBrowser opens an address in the person's browser.
func OpenBrowser(ctx context.Context, address string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.CommandContext(ctx, "open", address).Start()
	case "windows":
		return exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", address).Start()
	}
	return exec.CommandContext(ctx, "xdg-open", address).Start()
}

// refusedLimit is how many characters of the hub's reason for a refusal are kept.
const refusedLimit = 100

// cleanWords cleans what the browser brought: one line, no invisible characters.
func cleanWords(brought string) string {
	line := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, brought))
	return string(line[:min(len(line), refusedLimit)])
}
