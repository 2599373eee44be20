// Package page is the packers' page: one shell, plain ES modules, styles and words in Spanish, Portuguese
// and English, embedded in the station. Begin with [WriteShell] and [Assets].
//
// It promises that nothing is loaded from elsewhere, that a browser keeps each file until a newer station
// brings another, and that no text of a person, order or file becomes markup.
package page

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/despacho/despacho/wording"
)

// Policy is the Content-Security-Policy of the pages, which the station sets. Pictures of labels are blobs and
// data addresses; the worker that draws ZPL brings a policy of its own.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
	"worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

//go:embed shell.html pair.html
var templates embed.FS

var pages = template.Must(template.ParseFS(templates, "*.html"))

// Shell is what the station puts into its pages. Token is the session's token against forged requests,
// which the page sends back in the header X-Despacho-Token.
type Shell struct {
	Token    string
	Language wording.Language
	Site     string
}

// shellValues are a Shell's with what the assets are.
type shellValues struct {
	Shell
	// Base is the folder of the assets, which names their version; Modules are all modules of the page.
	Base    string
	Modules []string
	Styles  []string
	Words   words
}

// WriteShell writes the page: GET / of a paired device.
func WriteShell(w http.ResponseWriter, shell Shell) { write(w, "shell.html", shell) }

// WritePair writes the page on which a device is paired: GET /pair.
func WritePair(w http.ResponseWriter, shell Shell) { write(w, "pair.html", shell) }

func write(w http.ResponseWriter, name string, shell Shell) {
	values := shellValues{Shell: shell, Base: assets.base, Modules: assets.modules, Styles: assets.styles}
	values.Words = wordsOf[shell.Language]
	if values.Words == nil {
		values.Language, values.Words = wording.Spanish, wordsOf[wording.Spanish]
	}
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, values); err != nil {
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = page.WriteTo(w)
}

// Language is the language of a request's reader: the cookie lang, else the first of Accept-Language that
// there is, else Spanish.
func Language(r *http.Request) wording.Language {
	if chosen, err := r.Cookie("lang"); err == nil && wordsOf[wording.Language(chosen.Value)] != nil {
		return wording.Language(chosen.Value)
	}
	accepted := strings.Split(r.Header.Get("Accept-Language"), ",")
	at := slices.IndexFunc(accepted, func(tag string) bool { return wordsOf[ofTag(tag)] != nil })
	if at < 0 {
		return wording.Spanish
	}
	return ofTag(accepted[at])
}

func ofTag(tag string) wording.Language {
	tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
	tag, _, _ = strings.Cut(tag, "-")
	return wording.Language(strings.ToLower(tag))
}
