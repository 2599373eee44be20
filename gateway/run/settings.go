package run

import (
	"time"

	"github.com/despacho/despacho/service"
)

// Settings are all that the gateway is told by DESPACHO_* variables and flags of the same
// names. Temporal is found by TEMPORAL_*, the label store by AWS_*.
type Settings struct {
	Listen string `env:"DESPACHO_GATEWAY_LISTEN" default:"127.0.0.1:8478" help:"Address at which webhooks are heard; port 0 takes a free one."`
	Cert   string `env:"DESPACHO_GATEWAY_CERT" placeholder:"FILE" help:"Certificate chain (PEM) for https; read again when it changes."`
	Key    string `env:"DESPACHO_GATEWAY_KEY" placeholder:"FILE" help:"Private key (PEM) of the certificate."`
	Plain  string `env:"DESPACHO_GATEWAY_PLAIN" placeholder:"behind-proxy" help:"behind-proxy states that a proxy of yours speaks https and hands requests on without it; on loopback nothing need be stated."`

	Sources []string `env:"DESPACHO_WEBHOOK_SOURCES" default:"3.15.93.102" placeholder:"ADDRESS,…" help:"Addresses (or networks, 10.0.0.0/8) from which notices are taken: the hub's."`
	Proxies []string `env:"DESPACHO_WEBHOOK_PROXIES" placeholder:"ADDRESS,…" help:"Addresses or networks of your proxies: only what these say in X-Forwarded-For is believed."`

	Merchant string `env:"DESPACHO_MERCHANT" placeholder:"ID" help:"The hub's id of a merchant that works by a pasted token; connected merchants are known without it."`
	Bucket   string `env:"DESPACHO_BUCKET" default:"despacho" help:"S3 bucket of the label store."`

	Health    string        `env:"DESPACHO_GATEWAY_HEALTH" default:"127.0.0.1:9091" help:"Address of /healthz, /readyz and /metrics; port 0 takes a free one."`
	Drain     time.Duration `env:"DESPACHO_DRAIN" default:"30s" help:"How long what is under way may take to end after SIGTERM."`
	StartWait time.Duration `env:"DESPACHO_START_WAIT" default:"60s" help:"How long the gateway waits at its start for Temporal and S3."`
	LogLevel  string        `env:"DESPACHO_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string        `env:"DESPACHO_LOG_FORMAT" default:"json" help:"json or text."`
}

// BehindProxy is the value of Settings.Plain that states a proxy in front.
const BehindProxy = "behind-proxy"

// DefaultSettings are the defaults of all settings, whatever the environment says.
func DefaultSettings() Settings { return Settings(service.Defaults[flags]()) }

// Variables lists the variables that Settings reads, in their order.
func Variables() []string { return service.Variables[Settings]() }

// family are the gateway's variables; those of the worker's own webhook begin alike.
var family = service.Family{
	Program: "gateway", Known: Variables(), Ours: []string{"DESPACHO_GATEWAY_", "DESPACHO_WEBHOOK_"}, Others: []string{"DESPACHO_WEBHOOK_OUT"},
}
