package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/ipp"
)

func TestServe(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- serve(ctx, settings{Addr: "127.0.0.1:0", Name: "Depósito", JobTime: time.Millisecond, Keep: 5, Sheets: 1}, writer)
	}()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
	line, err := bufio.NewReader(reader).ReadString('\n')
	require.NoError(t, err)
	said := map[string]string{}
	for _, word := range strings.Fields(line) {
		name, value, _ := strings.Cut(word, "=")
		said[name] = value
	}
	device, err := ipp.Open(printing.Printer{Name: "oficina", Kind: printing.IPP, Address: said["printer"], Stock: "4x6in"})
	require.NoError(t, err)
	require.NoError(t, device.Send(t.Context(), printing.Document{Type: "application/pdf", Data: []byte("%PDF-1.4\n%%EOF\n")}))
	require.Eventually(t, func() bool {
		status, err := device.Look(t.Context())
		return err == nil && !status.Ready() && status.Conditions[0] == printing.PaperOut
	}, time.Minute, 10*time.Millisecond, "it had one sheet")
	require.NoError(t, device.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, said["page"], nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Contains(t, string(text), "Depósito")
}

func TestServeSaysWhereItCannotListen(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, serve(t.Context(), settings{Addr: "nowhere"}, io.Discard), "listen on nowhere")
}
