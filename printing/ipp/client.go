package ipp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/despacho/despacho/printing/ipp/wire"
)

// How long a printer may take: to be reached, to answer a question, to take a document.
const (
	dialTime = 3 * time.Second
	askTime  = 5 * time.Second
	sendTime = 2 * time.Minute
)

// client speaks IPP to one printer over HTTP.
type client struct {
	address address
	// asking keeps its connection; sending has a new one for each document, so that a connection that the
	// printer closed meanwhile is no doubt about a document.
	asking, sending *http.Client
	lastID          int32
}

func newClient(a address, pinned []byte) *client {
	transport := func(keep bool) *http.Client {
		return &http.Client{
			Transport: &http.Transport{
				DialContext:            (&net.Dialer{Timeout: dialTime}).DialContext,
				TLSClientConfig:        tlsSettings(a.host, pinned),
				TLSHandshakeTimeout:    askTime,
				DisableKeepAlives:      !keep,
				MaxConnsPerHost:        1,
				IdleConnTimeout:        30 * time.Second,
				MaxResponseHeaderBytes: 64 << 10,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &client{address: a, asking: transport(true), sending: transport(false)}
}

func (c *client) close() { c.asking.CloseIdleConnections() }

// refusal is an answer that says no: of HTTP, or a status of IPP from 0x0400 on.
type refusal struct {
	status int
	ipp    bool
	words  string
}

func (r *refusal) Error() string {
	if r.status == http.StatusUpgradeRequired {
		return "it wants to be spoken to in secret: its address begins with ipps://"
	}
	if !r.ipp {
		return fmt.Sprintf("it answered HTTP %d %s", r.status, http.StatusText(r.status))
	}
	text := fmt.Sprintf("it answered IPP status %#04x (%s)", r.status, statusWord(r.status))
	if r.words != "" {
		text += ": " + r.words
	}
	return text
}

// journey says how far a request came.
type journey struct {
	connected, written bool
}

// ask asks a question, which may be asked twice.
func (c *client) ask(ctx context.Context, operation uint16, attributes ...wire.Attribute) (wire.Message, journey, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	groups := []wire.Group{{Tag: wire.OperationGroup, Attributes: attributes}}
	return c.call(ctx, c.asking, operation, groups, nil)
}

// call sends a request with the printer's address and who we are, and reads the answer.
func (c *client) call(
	ctx context.Context, over *http.Client, operation uint16, groups []wire.Group, document []byte,
) (answer wire.Message, way journey, err error) {
	c.lastID++
	request := wire.Message{Major: 1, Minor: 1, Code: operation, RequestID: c.lastID, Groups: groups}
	request.Groups[0].Attributes = append([]wire.Attribute{
		wire.Attr("attributes-charset", wire.Text(wire.TagCharset, "utf-8")),
		wire.Attr("attributes-natural-language", wire.Text(wire.TagLanguage, "en")),
		wire.Attr("printer-uri", wire.Text(wire.TagURI, c.address.uri)),
	}, request.Groups[0].Attributes...)
	body, err := request.Encode()
	if err != nil {
		return answer, way, err
	}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn:      func(httptrace.GotConnInfo) { way.connected = true },
		WroteRequest: func(info httptrace.WroteRequestInfo) { way.written = info.Err == nil },
	})
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address.http, bytes.NewReader(append(body, document...)))
	if err != nil {
		return answer, way, err
	}
	post.Header.Set("Content-Type", "application/ipp")
	post.Header.Set("Accept", "application/ipp")
	if over == c.asking {
		post.Header["Idempotency-Key"] = nil // net/http may ask again on a connection that the printer had closed
	}
	response, err := over.Do(post)
	if err != nil {
		return answer, way, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = readAnswer(response, c.lastID)
	return answer, way, err
}

func readAnswer(response *http.Response, id int32) (wire.Message, error) {
	if response.StatusCode != http.StatusOK {
		return wire.Message{}, &refusal{status: response.StatusCode}
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, wire.MaxAttributes+1))
	if err != nil {
		return wire.Message{}, err
	}
	answer, _, err := wire.Decode(data)
	if err != nil {
		return answer, fmt.Errorf("its answer cannot be read: %w", err)
	}
	if answer.RequestID != id {
		return answer, errors.New("its answer belongs to another request")
	}
	if answer.Code >= 0x0400 {
		words := oneLine(answer.Group(wire.OperationGroup).First("status-message").String())
		return answer, &refusal{status: int(answer.Code), ipp: true, words: words}
	}
	return answer, nil
}
