package run

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

	"github.com/despacho/despacho/multivende"
)

// Callback is where the hub sends the browser after a consent. The hub knows this address
// beforehand, so it never moves aside.
const Callback = "127.0.0.1:8477"

const (
	callbackPath = "/callback"
	// consentWait is how long a person may take on the consent page.
	consentWait = 30 * time.Minute
	// caughtAtOnce are kept while the one before them is exchanged.
	caughtAtOnce = 16
	// pageWithin is how long the browser may take to read the page that answers it.
	pageWithin = time.Second
)

// redirectOf is the redirect address that the hub must know.
func redirectOf(callback string) string { return "http://" + callback + callbackPath }

// caught is what the browser brought back.
type caught struct {
	code    multivende.Secret
	refused string
	// ours: it came with the state that was sent, so it is the answer to our page.
	ours bool
}

// catcher waits for the browser. Any page that is open in it can send it here as well, so what
// no consent page sends is turned away, and nothing but a code or an answer that is ours ends the wait.
type catcher struct {
	host   string
	hub    string // its origin, from which its page may say that it comes
	state  string // what a hub that gives it back has to give back
	server *http.Server
	found  chan caught
}

// catchCode listens for the browser that the hub sends back.
func catchCode(ctx context.Context, callback, hub string) (*catcher, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", callback)
	if err != nil {
		return nil, &Problem{
			Code: ExitError, Cause: err,
			Message: fmt.Sprintf("something else listens on %s, and the hub knows no other redirect: %v", callback, err),
			Hint:    "end that program, or take the code from the merchant's application list and give it with --code ac-…",
		}
	}
	c := &catcher{host: listener.Addr().String(), hub: originOf(hub), state: rand.Text(), found: make(chan caught, caughtAtOnce)}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 16 << 10}
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

// close lets the browser have its page.
func (c *catcher) close() {
	bounded, cancel := context.WithTimeout(context.Background(), pageWithin)
	defer cancel()
	_ = c.server.Shutdown(bounded)
	_ = c.server.Close()
}

// ServeHTTP takes the code, and nothing else.
func (c *catcher) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
		showPage(w, http.StatusForbidden, "No es la respuesta esperada", "Esta dirección espera la respuesta de la página de autorización.")
	case err != nil || len(query["code"]) > 1 || len(query["state"]) > 1:
		showPage(w, http.StatusBadRequest, "No es la respuesta esperada", "Vuelva a la terminal y autorice de nuevo.")
	case validCode(code):
		showPage(w, http.StatusOK, "Autorización recibida", "Vuelva a la terminal; esta página se puede cerrar.")
		c.tell(caught{code: multivende.Secret(code), ours: ours})
	case refused != "":
		showPage(w, http.StatusOK, "Sin autorización", "La cuenta no fue autorizada; vuelva a la terminal.")
		c.tell(caught{refused: cut(plain(refused), 100), ours: ours})
	default:
		showPage(w, http.StatusBadRequest, "Falta el código", "Esta dirección espera el código de autorización.")
	}
}

// navigates says whether a whole page leads here, as the hub does, and not what another page
// loads within itself or ahead of time. Browsers that send no Sec-Fetch headers send an Origin with
// scripts' requests.
func (c *catcher) navigates(r *http.Request) bool {
	return r.Header.Get("Sec-Purpose") == "" && r.Header.Get("Purpose") == "" && slices.Contains([]string{"", c.hub}, r.Header.Get("Origin")) &&
		slices.Contains([]string{"", "navigate"}, r.Header.Get("Sec-Fetch-Mode")) &&
		slices.Contains([]string{"", "document"}, r.Header.Get("Sec-Fetch-Dest"))
}

// originOf is an address as a browser names it in Origin.
func originOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Scheme + "://" + parsed.Host
}

func (c *catcher) tell(what caught) {
	select {
	case c.found <- what:
	default: // more than anybody consents to
	}
}

// showPage answers with a whole page, so that whoever hears of the code after it may end the program.
func showPage(w http.ResponseWriter, status int, title, text string) {
	page := fmt.Sprintf("<!DOCTYPE html><html lang=es><title>despacho</title><h1>%s</h1><p>%s</p></html>\n", title, text)
	w.Header().Set("Content-Length", strconv.Itoa(len(page)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, page)
	_ = http.NewResponseController(w).Flush()
}

// wait returns the next code that the browser brings before the limit. A refusal that does not
// show that it is the consent page's is told to note, and the wait goes on.
func (c *catcher) wait(ctx context.Context, limit <-chan time.Time, note func(string)) (caught, error) {
	for {
		select {
		case <-ctx.Done():
			return caught{}, ctx.Err()
		case <-limit:
			return caught{}, errors.New("nobody consented within " + consentWait.String())
		case what := <-c.found:
			switch {
			case what.refused == "":
				return what, nil
			case what.ours:
				return caught{}, &Problem{Code: ExitError, Message: "the merchant did not consent: " + what.refused}
			default:
				note("the browser came back without a code: " + what.refused)
			}
		}
	}
}

// validCode says whether a text can be an authorization code (ac-… as a rule).
func validCode(code string) bool {
	return len(code) > 0 && len(code) <= 512 && !strings.ContainsFunc(code, func(r rune) bool { return r <= ' ' || r > '~' })
}

// browse opens a page in the person's browser.
func browse(ctx context.Context, address string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.CommandContext(ctx, "open", address).Start()
	case "windows":
		return exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", address).Start()
	}
	return exec.CommandContext(ctx, "xdg-open", address).Start()
}
