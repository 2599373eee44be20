//go:build browser

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/fakezebra/screen"
	"github.com/despacho/despacho/printing/registry"
	"github.com/despacho/despacho/station/people"
	station "github.com/despacho/despacho/station/run"
)

const (
	morningSite   = "bodega-central"
	morningOrders = 110
	// morningSeed is of a world in which several orders are a single piece with a single label.
	morningSeed = "6"
	// tables is how many devices can be paired.
	tables          = 3
	morningPerLabel = 60 * time.Millisecond
)

// morning is a warehouse before its packers come: a run is published, two printers have paper, three tables
// can be paired.
type morning struct {
	Address string            `json:"address"`
	Codes   []string          `json:"codes"`
	Zebras  map[string]string `json:"zebras"` // pages of the fake printers, by name
	Hub     string            `json:"hub"`

	bench    *workbench
	run      contract.RunResult
	printers map[string]*fakezebra.Printer
}

func beginMorning(t *testing.T) *morning {
	ctx := t.Context()
	given, err := parse([]string{"--data", filepath.Join(t.TempDir(), "data"), "--orders", strconv.Itoa(morningOrders), "--seed", morningSeed, "--task-time", "1s"})
	require.NoError(t, err)
	require.NoError(t, given.placeFiles())
	running, err := stack.Start(ctx, given.stackOptions())
	require.NoError(t, err)
	t.Cleanup(running.Stop)
	from, err := openHub(given, running)
	require.NoError(t, err)
	t.Cleanup(from.close)
	bench, err := startWorkbench(ctx, given, running, from, t.Output())
	require.NoError(t, err)
	t.Cleanup(bench.close)
	require.NoError(t, bench.beginIntake(ctx))

	id, err := bench.newRun(ctx, given)
	require.NoError(t, err)
	result, err := bench.follow(ctx, id, t.Output())
	require.NoError(t, err)
	require.Equal(t, contract.RunCompleted, result.State)

	m := &morning{bench: bench, run: result, Zebras: map[string]string{}, printers: map[string]*fakezebra.Printer{}, Hub: from.url}
	m.addPrinter(t, "zebra-1")
	m.addPrinter(t, "zebra-2")
	m.startStation(t)
	return m
}

func (m *morning) addPrinter(t *testing.T, name string) {
	printer, err := fakezebra.Start(fakezebra.Options{Address: "127.0.0.1:0", StatusAddress: "127.0.0.1:0", DPI: 203, Modes: fakezebra.Modes{PerLabel: morningPerLabel}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = printer.Close() })
	shown := httptest.NewServer(screen.Handler(printer))
	t.Cleanup(shown.CloseClientConnections)
	m.printers[name], m.Zebras[name] = printer, shown.URL
	require.NoError(t, registry.Add(t.Context(), m.bench.store, morningSite, printing.Printer{
		Name: name, Kind: printing.Raw, Address: printer.Address(), StatusAddress: printer.StatusAddress(), DPI: 203, Stock: "4x6in",
	}))
}

func (m *morning) startStation(t *testing.T) {
	site := people.Open(m.bench.store, morningSite)
	for _, person := range []people.NewPerson{{Name: "Ana"}, {Name: "Beto", PIN: "4711"}, {Name: "Carla", Badge: "CREDENCIAL-CARLA"}} {
		_, err := site.AddPerson(t.Context(), person)
		require.NoError(t, err)
	}
	for range tables {
		code, err := site.NewCode(t.Context(), "", people.CodeLife)
		require.NoError(t, err)
		m.Codes = append(m.Codes, code)
	}
	settings := station.DefaultSettings()
	settings.Site, settings.Bucket, settings.Listen, settings.Health = morningSite, m.bench.running.Bucket, "127.0.0.1:0", "127.0.0.1:0"
	ready, ended := make(chan station.Addresses, 1), make(chan error, 1)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	go func() {
		ended <- station.Run(ctx, settings, station.Options{
			Temporal: m.bench.temporal, Namespace: m.bench.running.Namespace, Store: m.bench.store, Ready: func(a station.Addresses) { ready <- a },
			Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		})
	}()
	select {
	case at := <-ready:
		m.Address = at.URL
	case err := <-ended:
		require.NoError(t, err, "the station did not start")
	}
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
}

// TestTheWholeMorning drives the packers' page of the real program in Chromium, against fake Zebra printers.
func TestTheWholeMorning(t *testing.T) {
	scripts, err := filepath.Abs("../browser") // the stack moves the working directory
	require.NoError(t, err)
	m := beginMorning(t)
	scene, err := json.Marshal(m)
	require.NoError(t, err)
	if os.Getenv("HOLD") != "" { // for a look by hand
		fmt.Println(string(scene))
		time.Sleep(time.Hour)
	}
	command := exec.CommandContext(t.Context(), "node", filepath.Join(scripts, "morning.mjs"), string(scene))
	command.Stdout, command.Stderr = t.Output(), t.Output()
	command.WaitDelay = 10 * time.Second
	t.Cleanup(func() {
		if t.Failed() {
			m.tell(t)
		}
	})
	require.NoError(t, command.Run())
	m.count(t)
}
