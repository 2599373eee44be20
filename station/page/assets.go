package page

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/despacho/despacho/printing/zplview"
)

//go:embed js css words icons
var files embed.FS

// assetFiles are the embedded files with their version, the hash of all of them.
type assetFiles struct {
	base            string
	modules, styles []string
}

var assets = mustListAssets()

func mustListAssets() assetFiles {
	var found assetFiles
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		sum.Write([]byte(name))
		sum.Write(content)
		switch path.Ext(name) {
		case ".js":
			found.modules = append(found.modules, name)
		case ".css":
			found.styles = append(found.styles, name)
		}
		return nil
	})
	if err != nil {
		panic(err)
	}
	found.base = "/assets/" + hex.EncodeToString(sum.Sum(nil))[:16] + "/"
	return found
}

// Assets serves the files of the page under /assets/, and the renderer of ZPL beside them. A file under the
// version that the shell names never changes; one under another version is the current one and is not kept.
func Assets() http.Handler {
	renderer := zplview.Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		version, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/assets/"), "/")
		if strings.HasPrefix(name, "zpl/") {
			http.StripPrefix("/assets/"+version+"/zpl", renderer).ServeHTTP(w, r)
			return
		}
		content, err := files.ReadFile(name)
		if err != nil || strings.HasPrefix(name, "words/") {
			http.NotFound(w, r)
			return
		}
		header := w.Header()
		header.Set("Content-Type", typeOf(name))
		header.Set("Cache-Control", "no-cache")
		if r.URL.Path == assets.base+name {
			header.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		_, _ = w.Write(content)
	})
}

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}
