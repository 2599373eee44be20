package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted is a server that counts what reaches it, with a link before it.
type counted struct {
	*link
	writes atomic.Int32
	killed atomic.Int32
}

func openCounted(t *testing.T, queue ...point) *counted {
	c := &counted{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isWrite(r) {
			c.writes.Add(1)
		}
		_, _ = io.WriteString(w, "done, "+r.Host)
	}))
	t.Cleanup(server.Close)
	p := &points{kill: func() { c.killed.Add(1) }}
	p.load(queue)
	var err error
	c.link, err = serve("worker-1>s3", strings.TrimPrefix(server.URL, "http://"), p, 1)
	require.NoError(t, err)
	t.Cleanup(c.close)
	return c
}

func (c *counted) call(method string) (string, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	request, err := http.NewRequest(method, "http://"+c.address+"/key", strings.NewReader("content"))
	if err != nil {
		return "", err
	}
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	return answer.Status + " " + string(content), err
}

func TestFailpointsStrikeAtTheWriteThatTheyMean(t *testing.T) {
	t.Parallel()
	const name = "worker-1>s3"
	c := openCounted(t, point{name, 2, before}, point{name, 1, after}, point{name, 1, lost})
	said, err := c.call(http.MethodPut)
	require.NoError(t, err, "the first write is not the second")
	assert.Equal(t, "200 OK done, "+c.address, said, "the host by which it was called is passed on")
	_, err = c.call(http.MethodGet)
	require.NoError(t, err, "reads do not count")

	_, err = c.call(http.MethodPut)
	require.Error(t, err)
	assert.EqualValues(t, []int32{1, 1}, []int32{c.writes.Load(), c.killed.Load()}, "before: the write never came, its caller is dead")
	_, err = c.call(http.MethodPut)
	require.NoError(t, err, "who is dead counts nothing")
	c.points.arm()
	_, err = c.call(http.MethodPost)
	require.Error(t, err)
	assert.EqualValues(t, []int32{3, 2}, []int32{c.writes.Load(), c.killed.Load()}, "after: the write was done, its caller is dead")
	c.points.arm()
	_, err = c.call(http.MethodPut)
	require.Error(t, err)
	assert.EqualValues(t, []int32{4, 2}, []int32{c.writes.Load(), c.killed.Load()}, "lost: the write was done, its caller lives")
	assert.Len(t, c.points.disarm(), 3)
}

func TestALinkRefusesIsCutAndIsSilent(t *testing.T) {
	t.Parallel()
	c := openCounted(t)
	c.refuse(refusal{status: 507, share: 100, writesOnly: true})
	said, err := c.call(http.MethodPut)
	require.NoError(t, err)
	assert.Contains(t, said, "507")
	assert.Contains(t, said, "InsufficientStorage")
	_, err = c.call(http.MethodGet)
	require.NoError(t, err, "a full store can be read")

	c.gate.set(weather{cut: true})
	_, err = c.call(http.MethodGet)
	require.Error(t, err)

	c.gate.set(weather{silent: true})
	answered := make(chan error, 1)
	go func() { _, err := c.call(http.MethodGet); answered <- err }()
	select {
	case err := <-answered:
		require.Fail(t, "nothing gets through a silent link", "%v", err)
	case <-time.After(100 * time.Millisecond): // it cannot be seen that something will never come
	}
	c.calm()
	require.NoError(t, <-answered, "what was held up gets through afterwards")
	said, err = c.call(http.MethodPut)
	require.NoError(t, err)
	assert.Contains(t, said, "200 OK")
}

func TestALinkOfBytesGoesToItsTargetsInTurn(t *testing.T) {
	t.Parallel()
	var targets []string
	for _, word := range []string{"one", "two"} {
		listener, err := listen()
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		targets = append(targets, listener.Addr().String())
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = io.WriteString(connection, word)
				_ = connection.Close()
			}
		}()
	}
	l, err := carry("hub>gateways", targets...)
	require.NoError(t, err)
	t.Cleanup(l.close)
	heard := map[string]bool{}
	for range 2 {
		connection, err := net.Dial("tcp4", l.address)
		require.NoError(t, err)
		content, err := io.ReadAll(connection)
		require.NoError(t, err)
		heard[string(content)] = true
	}
	assert.Equal(t, map[string]bool{"one": true, "two": true}, heard)
}
