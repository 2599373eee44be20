package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"net/http"
	"sync"
	"time"

	"github.com/despacho/despacho/storage"
)

const (
	// maxPreview bounds the file of a label that is looked at.
	maxPreview  = 8 << 20
	previewDPI  = 150
	minDPI      = 50
	maxDPI      = 300
	maxPage     = 20
	maxPNGBytes = 64 << 20
	drawAtOnce  = 2
	drawTimeout = 20 * time.Second
)

// preview answers a picture of a PDF label; ZPL is drawn by the page itself.
func (d *Desk) preview(w http.ResponseWriter, r *http.Request) {
	dpi, page := number(r, "dpi", previewDPI), number(r, "page", 1)
	if dpi < minDPI || dpi > maxDPI || page < 1 || page > maxPage {
		d.refuse(w, r, fail(http.StatusBadRequest, wordRequest, errors.New("dpi or page is out of range")))
		return
	}
	file, there := d.Board.File(r.PathValue("merchant"), r.PathValue("order"), pathNumber(r, "label"))
	switch {
	case !there:
		d.refuse(w, r, fail(http.StatusNotFound, wordNoOrder, nil))
		return
	case file.Format != "pdf" || d.Preview == nil:
		d.refuse(w, r, fail(http.StatusUnsupportedMediaType, wordNoPreview, nil))
		return
	}
	name := fmt.Sprintf("%s %d@%d", file.SHA256, page, dpi)
	drawn, cached := d.pngs.get(name)
	if !cached {
		fresh, err, _ := d.asked.Do("preview "+name, func() (any, error) { return d.draw(r.Context(), placeOf(file), page, dpi) })
		if err != nil {
			d.refuse(w, r, err)
			return
		}
		drawn = fresh.([]byte)
		d.pngs.put(name, drawn)
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "private, max-age=600")
	_, _ = w.Write(drawn)
}

func (d *Desk) draw(ctx context.Context, place storage.Place, page, dpi int) ([]byte, error) {
	// Whoever else waits for the same picture gets it, even when the first goes away.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drawTimeout)
	defer cancel()
	select {
	case d.drawing <- struct{}{}:
		defer func() { <-d.drawing }()
	case <-ctx.Done():
		return nil, fail(http.StatusServiceUnavailable, wordStore, ctx.Err())
	}
	pdf, err := d.Store.ReadPlace(ctx, place, maxPreview)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, fail(http.StatusNotFound, wordNoFile, err)
	case errors.Is(err, storage.ErrTooLarge):
		return nil, fail(http.StatusUnsupportedMediaType, wordNoPreview, err)
	case err != nil:
		return nil, fail(http.StatusServiceUnavailable, wordStore, err)
	}
	picture, err := d.Preview.Picture(ctx, pdf, page-1, dpi)
	if err != nil {
		return nil, fail(http.StatusUnsupportedMediaType, wordNoPreview, err)
	}
	var out bytes.Buffer
	err = png.Encode(&out, picture)
	return out.Bytes(), err
}

// pngCache keeps the newest pictures, up to maxPNGBytes.
type pngCache struct {
	mu    sync.Mutex
	bytes int
	order []string
	pngs  map[string][]byte
}

func (c *pngCache) get(name string) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	one, there := c.pngs[name]
	return one, there
}

func (c *pngCache) put(name string, one []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, there := c.pngs[name]; there || len(one) > maxPNGBytes {
		return
	}
	if c.pngs == nil {
		c.pngs = map[string][]byte{}
	}
	c.pngs[name] = one
	c.order, c.bytes = append(c.order, name), c.bytes+len(one)
	for c.bytes > maxPNGBytes {
		c.bytes -= len(c.pngs[c.order[0]])
		delete(c.pngs, c.order[0])
		c.order = c.order[1:]
	}
}
