// Package zplview draws ZPL in a browser, without any server's help: a renderer compiled to WebAssembly, a worker
// that runs it, and a module that a page imports. Begin with [Handler]; the page imports zpl-view.js from it.
//
// A page that uses it must allow, in its Content-Security-Policy, worker-src 'self' and script-src 'self'. The
// worker's own policy is set here. Nothing is loaded from elsewhere, and no label leaves the browser.
package zplview

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"net/http"
	"strings"
)

// Version is that of the npm package zpl-renderer-js whose dist/index.esm.js this is; Sum is its SHA-256.
const (
	Version = "3.4.0"
	Sum     = "ee87bbdc03f927761f5a6ab61a50b1454bfa7579a5f0da0335cd56f62dea3abf"
)

//go:embed assets
var assets embed.FS

const rendererFile = "zpl-renderer.js"

// workerPolicy lets the worker compile WebAssembly, and neither load nor send anything.
const workerPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"

// Handler serves zpl-view.js, zpl-worker.js, zpl-renderer.js and NOTICE.txt; mount it with http.StripPrefix.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		header := w.Header()
		header.Set("Cache-Control", "public, max-age=3600")
		header.Set("X-Content-Type-Options", "nosniff")
		switch name {
		case rendererFile:
			serveRenderer(w, r)
			return
		case "zpl-worker.js":
			header.Set("Content-Security-Policy", workerPolicy)
			fallthrough
		case "zpl-view.js":
			header.Set("Content-Type", "text/javascript; charset=utf-8")
		case "NOTICE.txt":
			header.Set("Content-Type", "text/plain; charset=utf-8")
		default:
			http.NotFound(w, r)
			return
		}
		http.ServeFileFS(w, r, assets, "assets/"+name)
	})
}

// serveRenderer sends the renderer as it is stored, compressed, to all who take that.
func serveRenderer(w http.ResponseWriter, r *http.Request) {
	packed, err := assets.ReadFile("assets/" + rendererFile + ".gz")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/javascript; charset=utf-8")
	header.Set("Vary", "Accept-Encoding")
	header.Set("ETag", `"`+Sum[:16]+`"`)
	if r.Header.Get("If-None-Match") == header.Get("ETag") {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
		return
	}
	if unpacked, err := gzip.NewReader(bytes.NewReader(packed)); err == nil {
		_, _ = io.Copy(w, unpacked)
	}
}
