package run

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"runtime"
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
	// pageWithin is how long the browser may take to read the page that answers it.
	pageWithin = time.Second
)

// redirectOf is the redirect address that the hub must know.
func redirectOf(callback string) string { return "http://" + callback + callbackPath }

// caught is what the browser brought back.
type caught struct {
	code    multivende.Secret
	refused string
}

// catcher waits for the browser.
type catcher struct {
	host   string
	server *http.Server
	found  chan caught
}

// catchCode listens for the browser that the hub sends back.
func catchCode(ctx context.Context, callback string) (*catcher, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", callback)
	if err != nil {
		return nil, &Problem{
			Code: ExitError, Cause: err,
			Message: fmt.Sprintf("something else listens on %s, and the hub knows no other redirect: %v", callback, err),
			Hint:    "end that program, or take the code from the merchant's application list and give it with --code ac-…",
		}
	}
	c := &catcher{host: listener.Addr().String(), found: make(chan caught, 1)}
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
	query := r.URL.Query()
	code, refused := query.Get("code"), query.Get("error")
	switch {
	case validCode(code):
		showPage(w, http.StatusOK, "Autorización recibida", "Vuelva a la terminal; esta página se puede cerrar.")
		c.tell(caught{code: multivende.Secret(code)})
	case refused != "":
		showPage(w, http.StatusOK, "Sin autorización", "La cuenta no fue autorizada; vuelva a la terminal.")
		c.tell(caught{refused: cut(plain(refused), 100)})
	default:
		showPage(w, http.StatusBadRequest, "Falta el código", "Esta dirección espera el código de autorización.")
	}
}

func (c *catcher) tell(what caught) {
	select {
	case c.found <- what:
	default: // the first one counts
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

// wait returns the code that the browser brings.
func (c *catcher) wait(ctx context.Context) (multivende.Secret, error) {
	limit := time.NewTimer(consentWait)
	defer limit.Stop()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-limit.C:
		return "", errors.New("nobody consented within " + consentWait.String())
	case what := <-c.found:
		if what.refused != "" {
			return "", &Problem{Code: ExitError, Message: "the merchant did not consent: " + what.refused}
		}
		return what.code, nil
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
