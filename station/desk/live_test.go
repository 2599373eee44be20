package desk_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	steps "github.com/despacho/despacho/activities/printing"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/station/api"
	"github.com/despacho/despacho/station/board"
	"github.com/despacho/despacho/station/board/boardtest"
	"github.com/despacho/despacho/station/desk"
	"github.com/despacho/despacho/wording"
)

// reader is a browser that takes what is sent at once, or as slowly as it is told.
type reader struct {
	*httptest.ResponseRecorder
	mu   sync.Mutex
	text strings.Builder
	slow time.Duration
}

func (r *reader) Write(data []byte) (int, error) {
	time.Sleep(r.slow)
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(data)
}

func (r *reader) SetWriteDeadline(time.Time) error { return nil }

// events are the pictures that were sent, and how many heartbeats.
func (r *reader) events(t *testing.T) (pictures []api.Today, beats int) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	id := ""
	for lines := bufio.NewScanner(strings.NewReader(r.text.String())); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, ": ") {
			beats++
		}
		if after, found := strings.CutPrefix(line, "id: "); found {
			id = after
		}
		if data, found := strings.CutPrefix(line, "data: "); found {
			var picture api.Today
			require.NoError(t, json.Unmarshal([]byte(data), &picture))
			assert.Equal(t, id, fmt.Sprint(picture.Version))
			pictures = append(pictures, picture)
		}
	}
	return pictures, beats
}

func TestThePageIsKeptUpToDate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		slow time.Duration
		most int
	}{
		{"four pictures a second", 0, 6},
		{"a slow reader is taken forward", 500 * time.Millisecond, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { keepUpToDate(t, test.slow, test.most) })
		})
	}
}

// keepUpToDate follows fifty labels within a second; no more than most pictures may be sent.
func keepUpToDate(t *testing.T, slow time.Duration, most int) {
	picture := board.New(board.Settings{Site: boardtest.Site})
	d := desk.New(desk.Settings{Board: picture})
	r := &reader{ResponseRecorder: httptest.NewRecorder(), slow: slow}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		serve(d).ServeHTTP(r, httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/events", nil))
		close(done)
	}()
	for n := range 50 {
		event := boardtest.Event("job-0001", fmt.Sprintf("o-1-%d", n+1), contract.PrintOut, time.Duration(n))
		picture.Printing(t.Context(), steps.Event{Merchant: boardtest.Merchant, Label: &event})
		time.Sleep(20 * time.Millisecond)
	}
	time.Sleep(time.Second)
	pictures, beats := r.events(t)
	require.GreaterOrEqual(t, len(pictures), 2)
	assert.LessOrEqual(t, len(pictures), most)
	assert.Equal(t, picture.Today(wording.Spanish).Version, pictures[len(pictures)-1].Version, "the last picture is whole")
	for i := range len(pictures) - 1 {
		assert.Less(t, pictures[i].Version, pictures[i+1].Version)
	}
	assert.Zero(t, beats)
	time.Sleep(40 * time.Second)
	again, beats := r.events(t)
	assert.Len(t, again, len(pictures), "no news, no picture")
	assert.Equal(t, 2, beats)
	cancel()
	<-done
}
