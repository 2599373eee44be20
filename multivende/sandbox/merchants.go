package sandbox

import (
	"bytes"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/samber/lo"
)

// Merchants are the hubs of several merchants behind one address, as at the real hub: a call goes
// to the merchant whose token, code or file it names. Calls by people, to the consent page and
// under /sandbox/, name the merchant in the query (merchant=ID); without that they go to the
// first. All hubs must have the same ClientID and ClientSecret.
type Merchants []*Hub

// ServeHTTP answers one call.
func (m Merchants) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if found, named := lo.Find(m, func(h *Hub) bool { return h.isMeant(r) }); named {
		found.ServeHTTP(w, r)
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyLimit))
	if err != nil {
		m[0].ServeHTTP(w, r)
		return
	}
	again := func() io.ReadCloser { return io.NopCloser(bytes.NewReader(content)) }
	asked := readTokenRequest(&http.Request{Body: again(), Header: r.Header})
	r.Body = again()
	found, known := lo.Find(m, func(h *Hub) bool { return r.URL.Path == "/oauth/access-token" && h.handedOut(asked) })
	if !known {
		found = m[0]
	}
	found.ServeHTTP(w, r)
}

// isMeant tells whether a call names this hub's merchant, or something of it.
func (h *Hub) isMeant(r *http.Request) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	_, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	file := path.Base(r.URL.Path)
	_, document := h.documents[file]
	switch {
	case strings.HasPrefix(r.URL.Path, "/files/"):
		return document || h.taskByID[file] != nil
	case text != "":
		return text == h.options.Token || h.oauth.tokens[text] != nil
	}
	return r.URL.Query().Get("merchant") == h.options.MerchantID
}

// handedOut tells whether this hub made the code or refresh token.
func (h *Hub) handedOut(asked tokenRequest) bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.oauth.codes[asked.code] != nil || h.oauth.refreshes[asked.refreshToken] != nil
}
