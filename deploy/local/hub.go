package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/multivende/sandbox"
)

// hub is where the worker finds orders and labels: the sandbox of this process, or another.
type hub struct {
	url           string
	merchant      string // empty until an account is connected that nobody named
	token         string // of another hub, where the account is not connected by OAuth
	app           application
	speed         float64   // how many times as fast as ours its clock runs
	downloadHosts []string  // from which files may come without https or from private addresses
	calls         *hubCalls // to the sandbox; nil for another hub
	close         func()
}

func openHub(given *flags, running *stack.Stack) (*hub, error) {
	if given.Hub != "" {
		return otherHub(given)
	}
	return startSandbox(given, running)
}

func otherHub(given *flags) (*hub, error) {
	address, err := given.hubURL()
	if err != nil {
		return nil, err
	}
	other := &hub{url: given.Hub, merchant: given.Merchant, app: given.application(), speed: given.hubSpeed(), close: func() {}}
	if !other.app.known() {
		if other.token, err = given.hubToken(); err != nil {
			return nil, err
		}
	}
	if isLoopback(address) {
		other.downloadHosts = []string{address.Hostname()}
	}
	return other, nil
}

// isLoopback says whether the address is this machine's own, whose files may come in plain HTTP.
func isLoopback(address *url.URL) bool {
	name := address.Hostname()
	return name == "localhost" || net.ParseIP(name).IsLoopback()
}

// startSandbox serves a sandbox hub whose world is kept in the data folder.
func startSandbox(given *flags, running *stack.Stack) (*hub, error) {
	faults, err := readFaults(given.Faults)
	if err != nil {
		return nil, err
	}
	world, err := sandbox.New(sandbox.Options{
		Seed:      given.Seed,
		Orders:    given.Orders,
		Speed:     given.hubSpeed(),
		Faults:    faults,
		OddIDs:    given.OddIDs,
		LabelsDir: given.Labels,
		TaskTime:  given.TaskTime,

		IgnoreFilter: given.IgnoreFilter,
		Nameless:     given.Nameless,
		Warehouses:   given.Warehouses,

		Dir: filepath.Join(running.Dir, "sandbox"),
	})
	if errors.Is(err, sandbox.ErrOtherWorld) {
		return nil, fmt.Errorf("%w; give the same --seed, --orders, --speed, --faults, --task-time, --labels and --odd-ids as before, or another --data", err)
	}
	if err != nil {
		return nil, err
	}
	listener, err := running.Listen("sandbox", given.SandboxPort, usualSandbox)
	if err != nil {
		_ = world.Close()
		return nil, err
	}
	calls := &hubCalls{sandbox: world, byIDs: map[string]int{}}
	server := &http.Server{Handler: calls, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return &hub{
		url:           "http://" + listener.Addr().String(),
		merchant:      world.Merchant(),
		app:           application{id: world.ClientID(), secret: world.ClientSecret(), newCode: world.NewCode},
		speed:         given.hubSpeed(),
		downloadHosts: []string{"127.0.0.1"},
		calls:         calls,
		close: func() {
			_ = server.Close()
			_ = world.Close()
		},
	}, nil
}

func readFaults(path string) ([]sandbox.Fault, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	faults, err := sandbox.ParseFaults(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return faults, nil
}
