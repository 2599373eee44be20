package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestServe(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, settings{Addr: "127.0.0.1:0", StatusAddr: "127.0.0.1:0", HTTP: "127.0.0.1:0", PerLabel: time.Millisecond, Roll: 1, DPI: 300, Counter: 7}, writer)
	}()
	line, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	said := map[string]string{}
	for _, word := range strings.Fields(line) {
		name, value, _ := strings.Cut(word, "=")
		said[name] = value
	}
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", said["printer"])
	require.NoError(t, err)
	_, err = connection.Write([]byte("^XA^FO9,9^GB9,9,9^FS^PQ2^XZ"))
	require.NoError(t, err)
	require.NotEmpty(t, said["status"])
	require.Eventually(t, func() bool {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, said["page"]+"state", nil)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return strings.Contains(string(body), `"paper_out":true`) && strings.Contains(string(body), `"counter":8`)
	}, time.Minute, 10*time.Millisecond)
	stop()
	assert.NoError(t, <-ended)
}

func TestServeRefusesATakenAddress(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = taken.Close() }()
	require.Error(t, serve(t.Context(), settings{Addr: taken.Addr().String(), HTTP: "127.0.0.1:0"}, io.Discard))
	require.ErrorContains(t, serve(t.Context(), settings{Addr: "127.0.0.1:0", HTTP: taken.Addr().String()}, io.Discard), "listen on")
}
