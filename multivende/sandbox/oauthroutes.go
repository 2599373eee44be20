package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// tokenRequest is what /oauth/access-token is asked, as JSON or as a form.
type tokenRequest struct {
	clientID, clientSecret, grantType, code, refreshToken string
	unreadable                                            string // why it cannot be read
}

// readTokenRequest reads the body; client_id may be a number or a text.
func readTokenRequest(r *http.Request) tokenRequest {
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return tokenRequest{unreadable: "the body cannot be read"}
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(content))
		if err != nil {
			return tokenRequest{unreadable: "the body is no form"}
		}
		return tokenRequest{
			clientID: form.Get("client_id"), clientSecret: form.Get("client_secret"), grantType: form.Get("grant_type"),
			code: form.Get("code"), refreshToken: form.Get("refresh_token"),
		}
	}
	var body struct {
		ClientID     any    `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		GrantType    string `json:"grant_type"`
		Code         string `json:"code"`
		RefreshToken string `json:"refresh_token"`
	}
	decoder := json.NewDecoder(strings.NewReader(string(content)))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return tokenRequest{unreadable: "the body is not the JSON that is asked for"}
	}
	return tokenRequest{
		clientID: fmt.Sprint(body.ClientID), clientSecret: body.ClientSecret, grantType: body.GrantType,
		code: body.Code, refreshToken: body.RefreshToken,
	}
}

type tokenRequestKey struct{}

// accessToken serves both grants, each under the name of a route of its own, so that faults can
// choose between them.
func (h *Hub) accessToken(w http.ResponseWriter, r *http.Request) {
	asked := readTokenRequest(&http.Request{Body: http.MaxBytesReader(w, r.Body, bodyLimit), Header: r.Header})
	r = r.WithContext(context.WithValue(r.Context(), tokenRequestKey{}, asked))
	if asked.grantType != "refresh_token" {
		h.serve(routeNamed("exchange"), w, r)
		return
	}
	ended := h.refreshing(asked.refreshToken)
	told := &told{ResponseWriter: w}
	defer func() { ended(told.status, r.Context().Err() != nil) }()
	h.serve(routeNamed("refresh"), told, r)
}

// told knows which status was answered: 0 for none.
type told struct {
	http.ResponseWriter
	status int
}

func (t *told) WriteHeader(status int) {
	t.status = status
	t.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer inside.
func (t *told) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// oauthProblem is an error of OAuth: its name is the one of RFC 6749.
func (h *Hub) oauthProblem(now time.Time, status int, name, message string) answer {
	_ = h.record(entry{At: now, Kind: "refused", Text: message}) // a lost count is no reason to withhold the answer
	h.oauth.report.Refused[message]++
	return problem(status, name, message)
}

// grantAccess answers both grants.
func (h *Hub) grantAccess(r *http.Request) answer {
	asked, _ := r.Context().Value(tokenRequestKey{}).(tokenRequest)
	now := h.lock()
	defer h.mutex.Unlock()
	next := entry{At: now, Kind: "exchange", ID: asked.code}
	grant := h.exchange
	switch {
	case asked.unreadable != "":
		return h.oauthProblem(now, http.StatusBadRequest, "invalid_request", asked.unreadable)
	case asked.clientID != h.options.ClientID || asked.clientSecret != h.options.ClientSecret:
		return h.oauthProblem(now, http.StatusUnauthorized, "invalid_client", "client is invalid")
	case asked.grantType == "refresh_token":
		next, grant = entry{At: now, Kind: "refresh", ID: asked.refreshToken}, h.refreshPair
	case asked.grantType != "authorization_code":
		return h.oauthProblem(now, http.StatusBadRequest, "unsupported_grant_type", "grant_type is neither authorization_code nor refresh_token")
	}
	if err := h.record(next); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	p, a, refused := grant(now, next.ID)
	if refused != "" {
		return h.oauthProblem(now, http.StatusBadRequest, "invalid_grant", refused)
	}
	given := fine(h.pairView(p, a, stamp(now)))
	given.id = a.id
	return given
}

type pairView struct {
	ID             string         `json:"_id"`
	Status         string         `json:"status"`
	OauthClientID  string         `json:"OauthClientId"`
	MerchantID     string         `json:"MerchantId"`
	MerchantAppID  string         `json:"MerchantAppId,omitempty"`
	CreatedByID    string         `json:"CreatedById"`
	UpdatedByID    string         `json:"UpdatedById"`
	OwnerID        string         `json:"OwnerId"`
	Scopes         map[string]any `json:"scopes"`
	ExpiresAt      *string        `json:"expiresAt"`
	RefreshToken   string         `json:"refreshToken"`
	RefreshExpires *string        `json:"refreshTokenExpiresAt"`
	UpdatedAt      *string        `json:"updatedAt"`
	CreatedAt      *string        `json:"createdAt"`
	Token          string         `json:"token"`
}

// pairView is the answer to either grant; only every other one has MerchantAppId.
func (h *Hub) pairView(p pair, a *application, now *string) pairView {
	view := pairView{
		ID: h.id("token %d", p.number), Status: "created", OauthClientID: h.id("oauth client"), MerchantID: h.options.MerchantID,
		CreatedByID: h.id("user"), UpdatedByID: h.id("user"), OwnerID: h.id("user"), Scopes: p.granted.view(h.connections, p.number, h.scopeID),
		ExpiresAt: stamp(p.tokenExpires), RefreshToken: p.refresh, RefreshExpires: stamp(p.refreshExpires),
		CreatedAt: now, UpdatedAt: now, Token: p.token,
	}
	if p.number%2 == 0 {
		view.MerchantAppID = a.id
	}
	return view
}

// codeRoute is "Generar código de autorización" of the account's application list.
func (h *Hub) codeRoute(*http.Request) answer {
	text, made, err := h.codeByHand()
	if err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	return fine(map[string]any{"code": text, "expiresAt": stamp(made.expires), "connection": made.application.id})
}

// knows says whether every connection that scopes name is one of this world.
func (h *Hub) knows(scopes Scopes) error {
	for scope, grant := range scopes {
		for _, name := range grant.Connections {
			if !slices.ContainsFunc(h.connections, func(c *connection) bool { return c.called(name) }) {
				return fmt.Errorf("scope %s: no connection %q in this world", scope, name)
			}
		}
	}
	return nil
}

// byHand does and journals a change that nobody but the sandbox's user makes.
func (h *Hub) byHand(next entry, do func(now time.Time)) answer {
	next.At = h.lock()
	defer h.mutex.Unlock()
	if err := h.record(next); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	do(next.At)
	return fine(map[string]any{"done": next.Kind, "at": stamp(next.At)})
}

func (h *Hub) revokeRoute(*http.Request) answer {
	return h.byHand(entry{Kind: "revoke"}, func(time.Time) { h.revoke() })
}

func (h *Hub) expireRoute(*http.Request) answer {
	return h.byHand(entry{Kind: "expire"}, func(time.Time) { h.killTokens() })
}

// scopesRoute sets what tokens are granted that are issued from now on.
func (h *Hub) scopesRoute(r *http.Request) answer {
	var scopes Scopes
	if err := json.NewDecoder(r.Body).Decode(&scopes); err != nil || scopes == nil {
		return problem(http.StatusBadRequest, "BadRequestError", "the body is no object of scopes, each true, false or a list of connections")
	}
	if err := h.knows(scopes); err != nil {
		return problem(http.StatusBadRequest, "BadRequestError", err.Error())
	}
	return h.byHand(entry{Kind: "scopes", Scopes: scopes}, func(time.Time) { h.oauth.scopes = scopes })
}
