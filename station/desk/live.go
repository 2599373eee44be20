package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
)

// How the page is kept up to date.
const (
	// eventsApart is the least time between two pictures.
	eventsApart = 250 * time.Millisecond
	heartbeat   = 15 * time.Second
	// eventWrite is how long a reader may take for a picture.
	eventWrite = 10 * time.Second
)

func (d *Desk) today(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, d.picture(r.Context()))
}

// picture is today as the one who asks reads it.
func (d *Desk) picture(ctx context.Context) api.Today {
	who := identityOf(ctx)
	today := d.Board.Today(who.Language)
	today.Person = who.Person
	if today.Trouble != "" {
		today.Trouble = troubleWords[board.Trouble(today.Trouble)].in(who.Language)
	}
	return today
}

// events sends a picture whenever there is news, the newest alone: a slow reader misses those between.
func (d *Desk) events(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no")
	stop := d.Board.Watch()
	defer stop()
	send := func(format string, args ...any) bool {
		_ = control.SetWriteDeadline(time.Now().Add(eventWrite))
		if _, err := fmt.Fprintf(w, format, args...); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	if !send("retry: 2000\n\n") {
		return
	}
	var version int64
	for {
		limited, cancel := context.WithTimeout(r.Context(), heartbeat)
		news := d.Board.AwaitChange(limited, version)
		cancel()
		if r.Context().Err() != nil {
			return
		}
		if news == 0 {
			if !send(": alive\n\n") {
				return
			}
			continue
		}
		today := d.picture(r.Context())
		version = today.Version
		data, err := json.Marshal(today)
		if err != nil || !send("event: today\nid: %d\ndata: %s\n\n", version, data) {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-time.After(eventsApart):
		}
	}
}
