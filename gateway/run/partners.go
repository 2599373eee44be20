package run

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/gateway/door"
	"github.com/despacho/despacho/partners"
	"github.com/despacho/despacho/service"
)

const (
	// mostPartnerConnections may be open at a time on an address of its own.
	mostPartnerConnections = 4096
	// partnerBodyWithin is how long a partner's body may take on an address of its own.
	partnerBodyWithin = 30 * time.Second
)

func (p *process) newDoor() *door.Door {
	runs := client.TemporalRuns{Client: p.servers.Temporal}
	return door.New(door.Options{
		Keys:  partners.NewDirectory(partners.Book{Store: p.servers.Store, Now: time.Now}),
		Store: p.servers.Store, Runs: runs, Statuses: client.TemporalStatuses(runs), Intakes: client.TemporalIntakes(runs), Labels: client.TemporalIntakes(runs),
		Drawer: client.TemporalDrawer(runs),
		Wake: func(ctx context.Context, merchant, webhook string) error {
			return service.WakeWebhook(ctx, p.servers.Temporal, merchant, webhook)
		},
		Log: p.log, Rate: p.settings.PartnersRate, Seen: p.metrics.observePartner,
	})
}

// front leads partners' requests to the door once there are keys, and everything else to the hub's webhooks.
func front(d *door.Door, others http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, door.Prefix) && d.Open(r.Context()) {
			d.ServeHTTP(w, r)
			return
		}
		others.ServeHTTP(w, r)
	})
}

// nothingHere answers on an address for partners alone what is not for them.
func nothingHere(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = io.WriteString(w, "there is nothing here\n")
}

// listenForPartners is nil where partners come to the webhooks' address.
func (p *process) listenForPartners(ctx context.Context) (net.Listener, error) {
	if p.settings.PartnersListen == "" {
		return nil, nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", p.settings.PartnersListen)
	if err != nil {
		return nil, fmt.Errorf("DESPACHO_GATEWAY_PARTNERS_LISTEN: cannot listen on %s, set another address: %w", p.settings.PartnersListen, err)
	}
	return netutil.LimitListener(listener, mostPartnerConnections), nil
}

// newPartnerServer serves partners alone.
func (p *process) newPartnerServer(d *door.Door) *http.Server {
	server := newHTTPServer(front(d, http.HandlerFunc(nothingHere)), p.log)
	server.ReadTimeout = partnerBodyWithin
	return server
}
