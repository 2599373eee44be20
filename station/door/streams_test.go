package door

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
)

// streaming is a door with a stream and a route that changes who works at the device.
func streaming(opened chan<- struct{}) http.Handler {
	return New(Options{People: visitors, Cookie: "c", Log: slog.New(slog.DiscardHandler)}, []Route{
		{Pattern: "GET /events", Need: Device, Stream: true, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			opened <- struct{}{}
			<-r.Context().Done()
		})},
		{Pattern: "DELETE /person", Need: Device, Signs: true, Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})},
	})
}

func request(ctx context.Context, method, path, cookie, token string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, path, http.NoBody)
	r.Host = "127.0.0.1:1"
	r.AddCookie(&http.Cookie{Name: "c", Value: cookie})
	r.Header.Set(TokenHeader, token)
	return r
}

func TestStreamsEnd(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(handler http.Handler, cancel func()){
		"when somebody else works at the device": func(handler http.Handler, _ func()) {
			handler.ServeHTTP(httptest.NewRecorder(), request(context.Background(), http.MethodDelete, "/person", "device", "t1"))
		},
		"after a while":           func(http.Handler, func()) { time.Sleep(streamLife) },
		"when the browser leaves": func(_ http.Handler, cancel func()) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				opened, ended := make(chan struct{}), make(chan struct{})
				handler := streaming(opened)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() {
					defer close(ended)
					handler.ServeHTTP(httptest.NewRecorder(), request(ctx, http.MethodGet, "/events", "device", ""))
				}()
				<-opened
				began := time.Now()
				end(handler, cancel)
				<-ended
				assert.LessOrEqual(t, time.Since(began), streamLife)
			})
		})
	}
}

func TestADeviceHasSoManyStreams(t *testing.T) {
	t.Parallel()
	opened := make(chan struct{}, mostStreams)
	handler := streaming(opened)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range mostStreams {
		go handler.ServeHTTP(httptest.NewRecorder(), request(ctx, http.MethodGet, "/events", "device", ""))
		<-opened
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, request(ctx, http.MethodGet, "/events", "device", ""))
	assert.Equal(t, http.StatusTooManyRequests, w.Code)
	go handler.ServeHTTP(httptest.NewRecorder(), request(ctx, http.MethodGet, "/events", "person", ""))
	<-opened // another device has its own
}
