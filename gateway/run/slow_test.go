package run

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/storage"
)

// wire is a listener whose connections live in memory, so that time can be skipped.
type wire struct {
	connections chan net.Conn
	closed      chan struct{}
}

type wired struct {
	net.Conn
	from net.Addr
}

func (w wired) RemoteAddr() net.Addr { return w.from }

func (w *wire) Accept() (net.Conn, error) {
	select {
	case connection := <-w.connections:
		return connection, nil
	case <-w.closed:
		return nil, net.ErrClosed
	}
}
func (w *wire) Close() error   { close(w.closed); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects from an address and returns the sender's end.
func (w *wire) dial(from string) net.Conn {
	ours, theirs := net.Pipe()
	address, _ := netip.ParseAddrPort(from)
	w.connections <- wired{theirs, net.TCPAddrFromAddrPort(address)}
	return ours
}

// unwritten is a store that takes everything.
type unwritten struct{}

func (unwritten) PutBytes(context.Context, string, string, string, []byte) (storage.File, error) {
	return storage.File{}, nil
}

// onWire hears webhooks over a wire within a bubble of skipped time.
func onWire(t *testing.T, deliver func(context.Context, string, contract.Notifications) error) *wire {
	t.Helper()
	base, err := service.NewMetrics(silent())
	require.NoError(t, err)
	numbers := newMetrics(base)
	handler := &webhooks{
		sources:   sources{allowed: []netip.Prefix{netip.MustParsePrefix("3.15.93.102/32")}},
		merchants: newMerchants(tokenMerchant, nil), metrics: numbers, log: silent(),
		keeper: newKeeper(unwritten{}, silent(), numbers.rawDropped),
	}
	handler.gatherer = newGatherer(deliver, handler.finishBatch)
	w := &wire{connections: make(chan net.Conn), closed: make(chan struct{})}
	server := newHTTPServer(handler, silent())
	go func() { _ = server.Serve(guardListener(w, handler.sources)) }()
	t.Cleanup(func() {
		require.NoError(t, server.Close())
		handler.gatherer.drain()
		handler.keeper.drain(context.Background())
		<-time.After(time.Second) // net/http lets a refused sender read the answer
	})
	return w
}

const hubsEnd = "3.15.93.102:4711"

func head(length int) string {
	return "POST " + Path + " HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + strconv.Itoa(length) + "\r\n\r\n"
}

func taken(context.Context, string, contract.Notifications) error { return nil }

func TestSlowSenders(t *testing.T) {
	t.Parallel()
	t.Run("who sends headers byte by byte is cut off", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			connection := onWire(t, taken).dial(hubsEnd)
			go func() { _, _ = io.Copy(io.Discard, connection) }()
			began := time.Now()
			var err error
			for err == nil {
				_, err = io.WriteString(connection, "P")
				<-time.After(100 * time.Millisecond)
			}
			assert.Less(t, time.Since(began), 6*time.Second)
		})
	})
	t.Run("who stops within the body is told so", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			connection := onWire(t, taken).dial(hubsEnd)
			defer connection.Close()
			began := time.Now()
			_, err := io.WriteString(connection, head(100)+"{")
			require.NoError(t, err)
			came, err := http.ReadResponse(bufio.NewReader(connection), nil)
			require.NoError(t, err)
			assert.Equal(t, http.StatusRequestTimeout, came.StatusCode)
			assert.Less(t, time.Since(began), 6*time.Second)
		})
	})
	t.Run("a notification is answered within 6 s whatever Temporal does, and the connection lives on", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			hangs := true
			w := onWire(t, func(ctx context.Context, _ string, _ contract.Notifications) error {
				if !hangs {
					return nil
				}
				<-ctx.Done()
				return errors.New("late")
			})
			connection := w.dial(hubsEnd)
			defer connection.Close()
			answers := bufio.NewReader(connection)
			body := notificationOf(tokenMerchant, oneCheckout)
			for _, status := range []int{http.StatusServiceUnavailable, http.StatusOK} {
				began := time.Now()
				_, err := io.WriteString(connection, head(len(body))+body[:10])
				require.NoError(t, err)
				<-time.After(bodyWithin - time.Millisecond)
				_, err = io.WriteString(connection, body[10:])
				require.NoError(t, err)
				came, err := http.ReadResponse(answers, nil)
				require.NoError(t, err)
				_, err = io.Copy(io.Discard, came.Body)
				require.NoError(t, err)
				assert.Equal(t, status, came.StatusCode)
				assert.Less(t, time.Since(began), 6*time.Second)
				hangs = false
			}
		})
	})
}

func TestStrangersDoNotUseUpConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := onWire(t, taken)
		for range mostStrangers {
			defer w.dial("203.0.113.9:1").Close()
		}
		synctest.Wait()
		one := w.dial("203.0.113.9:1")
		_, err := one.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF, "one stranger too many is cut off")

		hub := w.dial(hubsEnd)
		defer hub.Close()
		body := notificationOf(tokenMerchant, oneCheckout)
		_, err = io.WriteString(hub, head(len(body))+body)
		require.NoError(t, err)
		came, err := http.ReadResponse(bufio.NewReader(hub), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusOK, came.StatusCode)

		<-time.After(10 * time.Second)
		late := w.dial("203.0.113.9:1")
		defer late.Close()
		_, err = io.WriteString(late, "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n")
		require.NoError(t, err, "those who sent nothing have been cut off")
		refused, err := http.ReadResponse(bufio.NewReader(late), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusForbidden, refused.StatusCode)
	})
}

func TestHeadersWithoutEndAreRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		connection := onWire(t, taken).dial(hubsEnd)
		go func() {
			_, _ = io.WriteString(connection, "POST "+Path+" HTTP/1.1\r\nHost: gateway\r\nX: "+strings.Repeat("x", 1<<20))
		}()
		came, err := http.ReadResponse(bufio.NewReader(connection), nil)
		require.NoError(t, err)
		assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, came.StatusCode)
		require.NoError(t, connection.Close())
	})
}
