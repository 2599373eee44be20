package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"
)

// link is the one way by which a part talks to another; faults happen on it.
type link struct {
	name    string // from>to
	address string // where the first part calls
	targets []string
	gate    *gate
	points  *points // of the first part; nil where nobody is killed
	close   func()

	mutex   sync.Mutex
	turn    int
	refusal refusal
	dice    *rand.Rand
}

// refusal is what is answered instead of passing a call on: this status, to so many of 100 calls, of
// all or of writes alone.
type refusal struct {
	status, share int
	writesOnly    bool
}

// listen opens a link's address.
func listen() (net.Listener, error) { return net.Listen("tcp4", "127.0.0.1:0") }

// carry opens a link that passes bytes on, to its targets in turn.
func carry(name string, targets ...string) (*link, error) {
	listener, err := listen()
	if err != nil {
		return nil, err
	}
	l := &link{name: name, address: listener.Addr().String(), targets: targets, gate: newGate()}
	ctx, stop := context.WithCancel(context.Background())
	l.close = func() { stop(); _ = listener.Close(); l.gate.set(weather{cut: true}) }
	heard := gatedListener{Listener: listener, gate: l.gate}
	go func() {
		for {
			connection, err := heard.Accept()
			if err != nil {
				return
			}
			go l.join(ctx, connection)
		}
	}()
	return l, nil
}

// join connects one end with the other until either closes.
func (l *link) join(ctx context.Context, near net.Conn) {
	defer near.Close()
	far, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp4", l.target())
	if err != nil {
		return
	}
	defer far.Close()
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(onlyWriter{way[1]}, way[0])
			ended <- struct{}{}
		}()
	}
	<-ended
}

// onlyWriter hides the shortcuts of a connection, which would lead past its gate.
type onlyWriter struct{ io.Writer }

// serve opens a link that passes HTTP calls on and looks at each: it can refuse it, lose its answer, or kill
// who calls just before or after it.
func serve(name, target string, calls *points, seed uint64) (*link, error) {
	listener, err := listen()
	if err != nil {
		return nil, err
	}
	l := &link{name: name, address: listener.Addr().String(), targets: []string{target}, gate: newGate(), points: calls, dice: rand.New(rand.NewPCG(seed, uint64(len(name))))}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.DisableCompression, transport.Proxy = 64, true, nil
	quiet := log.New(io.Discard, "", 0)
	proxy := &httputil.ReverseProxy{
		Transport: transport, ErrorLog: quiet, FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: target})
			r.Out.Host = r.In.Host // S3's signatures hold it, and the hub's links to files are made of it
		},
		ModifyResponse: l.answered,
		// Nobody stands between the parts: what cannot be passed on looks as if the other end had gone.
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, ErrorLog: quiet, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.pass(w, r, proxy)
	})}
	go func() { _ = server.Serve(gatedListener{Listener: listener, gate: l.gate}) }()
	l.close = func() { _ = server.Close(); transport.CloseIdleConnections() }
	return l, nil
}

type momentKey struct{}

// pass lets a call through, unless something befalls it.
func (l *link) pass(w http.ResponseWriter, r *http.Request, proxy http.Handler) {
	if status := l.refuses(r); status != 0 {
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20))
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>a fault</Message></Error>", codes[status])
		return
	}
	if l.points == nil || !isWrite(r) {
		proxy.ServeHTTP(w, r)
		return
	}
	moment, strikes := l.points.at(l.name)
	switch {
	case !strikes:
	case moment == before:
		l.points.kill()
		panic(http.ErrAbortHandler)
	default:
		r = r.WithContext(context.WithValue(context.WithoutCancel(r.Context()), momentKey{}, moment))
	}
	proxy.ServeHTTP(w, r)
}

var errAnswerLost = errors.New("the answer is lost")

// answered kills who has called, or loses the answer, once the whole of it is there.
func (l *link) answered(response *http.Response) error {
	moment, strikes := response.Request.Context().Value(momentKey{}).(moment)
	if !strikes {
		return nil
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	if moment == after {
		l.points.kill()
	}
	return errAnswerLost
}

// codes are S3's words for a status; the hub's caller reads the status alone.
var codes = map[int]string{429: "TooManyRequests", 500: "InternalError", 503: "SlowDown", 507: "InsufficientStorage"}

func isWrite(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }

func (l *link) refuse(r refusal) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.refusal = r
}

func (l *link) refuses(r *http.Request) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.refusal.status == 0 || l.refusal.writesOnly && !isWrite(r) || l.dice.IntN(100) >= l.refusal.share {
		return 0
	}
	return l.refusal.status
}

// target is where the next connection goes.
func (l *link) target() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.turn++
	return l.targets[l.turn%len(l.targets)]
}

// calm ends every fault of the link.
func (l *link) calm() {
	l.gate.set(weather{})
	l.refuse(refusal{})
}
