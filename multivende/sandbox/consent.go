package sandbox

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var consentPage = template.Must(template.New("consent").Parse(`<!DOCTYPE html>
<html lang="es"><head><meta charset="utf-8"><title>Autorizar aplicación</title></head>
<body>
<h1>Autorizar aplicación</h1>
<p>La aplicación <b>Sandbox</b> ({{.Client}}) pide acceso a la cuenta {{.Merchant}}.</p>
<p>Permisos:</p>
<ul>{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
<p>Al aceptar se crea una conexión nueva; las anteriores no se reemplazan.</p>
<form method="post" action="/apps/authorize?merchant={{.Merchant}}">
<input type="hidden" name="response_type" value="code">
<input type="hidden" name="client_id" value="{{.Client}}">
<input type="hidden" name="redirect_uri" value="{{.Redirect}}">
<input type="hidden" name="scope" value="{{.Asked}}">
<input type="hidden" name="state" value="{{.State}}">
<button type="submit" name="decision" value="accept">Aceptar</button>
<button type="submit" name="decision" value="refuse">Rechazar</button>
</form>
</body></html>
`))

var refusedPage = template.Must(template.New("refused").Parse(`<!DOCTYPE html>
<html lang="es"><head><meta charset="utf-8"><title>No se puede autorizar</title></head>
<body><h1>No se puede autorizar</h1><p>{{.}}</p></body></html>
`))

func htmlPage(status int, page *template.Template, data any) answer {
	var out bytes.Buffer
	if err := page.Execute(&out, data); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	return answer{status: status, kind: "text/html; charset=utf-8", raw: out.Bytes()}
}

// consentAsked are the parameters of a consent page that the hub can show, and the scopes asked
// for: those of the application when none are named.
func (h *Hub) consentAsked(form url.Values) (scopes []string, refused string) {
	switch {
	case form.Get("response_type") != "code":
		return nil, "response_type debe ser code."
	case form.Get("client_id") != h.options.ClientID:
		return nil, "La aplicación no existe."
	case !slices.Contains(h.options.Redirects, form.Get("redirect_uri")):
		return nil, "El redirect_uri no está registrado en la aplicación."
	}
	scopes = strings.FieldsFunc(strings.Join(form["scope"], " "), func(r rune) bool { return r == ' ' || r == ',' })
	for _, scope := range scopes {
		if !slices.Contains(registered, scope) {
			return nil, "El permiso " + scope + " no está registrado en la aplicación."
		}
	}
	return scopes, ""
}

// showConsent is the page on which the seller accepts the application.
func (h *Hub) showConsent(r *http.Request) answer {
	form := r.URL.Query()
	scopes, refused := h.consentAsked(form)
	if refused != "" {
		return htmlPage(http.StatusBadRequest, refusedPage, refused)
	}
	if len(scopes) == 0 {
		scopes = registered
	}
	return htmlPage(http.StatusOK, consentPage, map[string]any{
		"Client": h.options.ClientID, "Merchant": h.options.MerchantID, "Scopes": scopes,
		"Redirect": form.Get("redirect_uri"), "Asked": strings.Join(scopes, " "),
		"State": form.Get("state"),
	})
}

// decideConsent makes a new connection with its code, or none, and sends the browser back.
func (h *Hub) decideConsent(r *http.Request) answer {
	if err := r.ParseForm(); err != nil {
		return htmlPage(http.StatusBadRequest, refusedPage, "El formulario no se puede leer.")
	}
	scopes, refused := h.consentAsked(r.Form)
	if refused != "" {
		return htmlPage(http.StatusBadRequest, refusedPage, refused)
	}
	back, err := url.Parse(r.Form.Get("redirect_uri"))
	if err != nil {
		return htmlPage(http.StatusBadRequest, refusedPage, "El redirect_uri no es una dirección.")
	}
	query := back.Query()
	if state := r.Form.Get("state"); h.options.GiveStateBack && state != "" {
		query.Set("state", state)
	}
	if r.Form.Get("decision") == "refuse" {
		query.Set("error", "access_denied")
		back.RawQuery = query.Encode()
		return answer{status: http.StatusFound, location: back.String(), raw: []byte{}, kind: "text/html"}
	}
	now := h.lock()
	defer h.mutex.Unlock()
	if err := h.record(entry{At: now, Kind: "consent", Asked: scopes}); err != nil {
		return problem(http.StatusInternalServerError, "InternalServerError", err.Error())
	}
	text := h.consented(now, scopes)
	query.Set("code", text)
	back.RawQuery = query.Encode()
	return answer{status: http.StatusFound, location: back.String(), raw: []byte{}, kind: "text/html"}
}
