package door

import (
	_ "embed" // the template of the pages
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed pages.html
var pagesTemplate string

// page is a page that is the same for everybody.
type page struct {
	kind string
	data []byte
}

func (p page) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", p.kind)
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	_, _ = w.Write(p.data)
}

// shown is an operation as the page shows it.
type shown struct {
	Method, Path string
	*huma.Operation
	Body    string
	Answers []shownAnswer
}

type shownAnswer struct{ Status, Description, Schema string }

// shownSchema is a schema as the page shows it: its JSON, which names the others.
type shownSchema struct{ Name, JSON string }

// makePages makes the document of the routes, and pages of it that need nothing from elsewhere.
func makePages(document *huma.OpenAPI) map[string]page {
	data, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		panic("the OpenAPI document cannot be written: " + err.Error()) // it is made of types of ours
	}
	schemas := document.Components.Schemas.Map()
	content := struct {
		Info       *huma.Info
		Operations []shown
		Schemas    []shownSchema
		Problems   []kind
	}{Info: document.Info, Operations: operationsOf(document), Problems: kinds}
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		text, err := json.MarshalIndent(schemas[name], "", "  ")
		if err != nil {
			panic("a schema cannot be written: " + err.Error())
		}
		content.Schemas = append(content.Schemas, shownSchema{name, string(text)})
	}
	pages := map[string]page{Prefix + "openapi.json": {"application/openapi+json", append(data, '\n')}}
	templates := template.Must(template.New("pages").Parse(pagesTemplate))
	for path, name := range map[string]string{Prefix + "docs": "docs", problemsPath: "problems"} {
		var html strings.Builder
		if err := templates.ExecuteTemplate(&html, name, content); err != nil {
			panic("the page " + name + " cannot be made: " + err.Error())
		}
		pages[path] = page{"text/html; charset=utf-8", []byte(html.String())}
	}
	return pages
}

func operationsOf(document *huma.OpenAPI) []shown {
	var all []shown
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		item := document.Paths[path]
		for _, one := range []struct {
			method    string
			operation *huma.Operation
		}{{http.MethodGet, item.Get}, {http.MethodPost, item.Post}, {http.MethodPut, item.Put}, {http.MethodDelete, item.Delete}} {
			if one.operation != nil {
				all = append(all, showOperation(one.method, path, one.operation))
			}
		}
	}
	return all
}

func showOperation(method, path string, operation *huma.Operation) shown {
	s := shown{Method: method, Path: path, Operation: operation}
	if operation.RequestBody != nil {
		s.Body = schemaName(operation.RequestBody.Content)
	}
	for _, status := range slices.Sorted(maps.Keys(operation.Responses)) {
		response := operation.Responses[status]
		s.Answers = append(s.Answers, shownAnswer{status, response.Description, schemaName(response.Content)})
	}
	return s
}

func schemaName(content map[string]*huma.MediaType) string {
	for _, kind := range slices.Sorted(maps.Keys(content)) {
		if media := content[kind]; media.Schema != nil && media.Schema.Ref != "" {
			return media.Schema.Ref[strings.LastIndex(media.Schema.Ref, "/")+1:]
		}
	}
	return ""
}
