package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/despacho/despacho/deploy/local/stack"
	"github.com/despacho/despacho/multivende/sandbox"
)

// serverVariable set: this process is a server of the deployment, as these serverOptions say, and no chaos.
const serverVariable = "DESPACHO_CHAOS_SERVER"

// serverOptions say what a server is and where.
type serverOptions struct {
	Name    string `json:"name"` // temporal, s3 or hub
	Dir     string `json:"dir"`
	Address string `json:"address"`
	// Of the hub:
	Seed      int64   `json:"seed,omitempty"`
	Merchants int     `json:"merchants,omitempty"`
	Orders    int     `json:"orders,omitempty"` // of each merchant
	Speed     float64 `json:"speed,omitempty"`
	Webhooks  string  `json:"webhooks,omitempty"`
}

// runServer is a server until its standard input ends.
func runServer(text string) error {
	var options serverOptions
	if err := json.Unmarshal([]byte(text), &options); err != nil {
		return err
	}
	stop, err := options.start()
	if err != nil {
		return err
	}
	defer stop()
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func (o serverOptions) start() (stop func(), err error) {
	address, err := net.ResolveTCPAddr("tcp4", o.Address)
	if err != nil {
		return nil, err
	}
	switch o.Name {
	case "temporal", "s3":
		options := stack.Options{Dir: o.Dir, Only: stack.TemporalOnly, Ports: stack.Ports{Temporal: address.Port}}
		if o.Name == "s3" {
			options.Only, options.Ports = stack.ObjectsOnly, stack.Ports{S3: address.Port}
		}
		running, err := stack.Start(context.Background(), options)
		if err != nil {
			return nil, err
		}
		if got := map[string]string{"temporal": running.TemporalAddress, "s3": running.S3Endpoint[len("http://"):]}[o.Name]; got != o.Address {
			running.Stop()
			return nil, fmt.Errorf("%s is taken", o.Address)
		}
		return running.Stop, nil
	case "hub":
		return o.startHub()
	}
	return nil, fmt.Errorf("there is no server %q", o.Name)
}

// steppedClock is our clock with steps, which the hub's clock follows.
type steppedClock struct {
	mutex sync.Mutex
	ahead time.Duration
}

func (c *steppedClock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *steppedClock) step(by time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.ahead += by
}

// taskTime is how long tasks take: some of every size end while others are asked for.
var taskTime = sandbox.TaskTime{Fixed: 8 * time.Second, PerLabel: 4 * time.Second}

// startHub serves the worlds of all merchants. POST /chaos/step sets the clock of all forward, by a duration of
// the hub's time; GET /chaos/merchants says who they are.
func (o serverOptions) startHub() (stop func(), err error) {
	var hubs sandbox.Merchants
	clock := &steppedClock{}
	for i := range o.Merchants {
		options := sandbox.Options{
			Seed: o.Seed + int64(i), Orders: o.Orders, Speed: o.Speed, TaskTime: taskTime, Now: clock.now,
			Webhooks: o.Webhooks, WebhookRates: sandbox.WebhookRates{Duplicates: 0.1, Reordered: 0.1, Lost: 0.05},
			Dir: filepath.Join(o.Dir, fmt.Sprintf("merchant-%d", i+1)),
		}
		if i > 0 { // one application for all merchants
			options.ClientID, options.ClientSecret = hubs[0].ClientID(), hubs[0].ClientSecret()
		}
		hub, err := sandbox.New(options)
		if err != nil {
			return nil, err
		}
		hubs = append(hubs, hub)
	}
	mux := http.NewServeMux()
	mux.Handle("/", hubs)
	mux.HandleFunc("GET /chaos/merchants", func(w http.ResponseWriter, _ *http.Request) {
		var all []application
		for _, hub := range hubs {
			all = append(all, application{Merchant: hub.Merchant(), ID: hub.ClientID(), Secret: hub.ClientSecret()})
		}
		_ = json.NewEncoder(w).Encode(all)
	})
	mux.HandleFunc("POST /chaos/step", func(w http.ResponseWriter, r *http.Request) {
		by, err := time.ParseDuration(r.URL.Query().Get("by"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		clock.step(time.Duration(float64(by) / o.Speed))
	})
	listener, err := net.Listen("tcp4", o.Address)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return func() {
		_ = server.Close()
		for _, hub := range hubs {
			_ = hub.Close()
		}
	}, nil
}

// application is despacho as the hub knows it, and one merchant.
type application struct {
	Merchant string `json:"merchant"`
	ID       string `json:"client_id"`
	Secret   string `json:"client_secret"`
}
