package run

import (
	"time"

	"github.com/despacho/despacho/service"
)

// Settings are the gateway's settings, from DESPACHO_* variables and flags of the same names.
// TEMPORAL_* say where Temporal is, AWS_* where the label store is.
type Settings struct {
	Listen string `env:"DESPACHO_GATEWAY_LISTEN" default:"127.0.0.1:8478" help:"Address on which webhooks are received; port 0 takes a free one."`
	Cert   string `env:"DESPACHO_GATEWAY_CERT" placeholder:"FILE" help:"Certificate chain (PEM) for https; read again when it changes."`
	Key    string `env:"DESPACHO_GATEWAY_KEY" placeholder:"FILE" help:"Private key (PEM) of the certificate."`
	Plain  string `env:"DESPACHO_GATEWAY_PLAIN" placeholder:"behind-proxy" help:"behind-proxy: a proxy of yours speaks https and passes requests on without it. Not needed on loopback."`

	PartnersListen string `env:"DESPACHO_GATEWAY_PARTNERS_LISTEN" placeholder:"HOST:PORT" help:"Address of their own for partners' requests (/v1); else they come to that of the webhooks."`
	PartnersRate   int    `env:"DESPACHO_GATEWAY_PARTNERS_RATE" default:"100" help:"How many requests a second a partner's key may make; twice as many at once."`

	Sources []string `env:"DESPACHO_WEBHOOK_SOURCES" default:"3.15.93.102" placeholder:"ADDRESS,…" help:"Addresses or networks (10.0.0.0/8) from which notifications are accepted: the hub's."`
	Proxies []string `env:"DESPACHO_WEBHOOK_PROXIES" placeholder:"ADDRESS,…" help:"Addresses or networks of your proxies; X-Forwarded-For is believed only from these."`

	Merchant string `env:"DESPACHO_MERCHANT" placeholder:"ID" help:"The hub's id of a merchant that works with a pasted token; connected merchants need no setting."`
	Bucket   string `env:"DESPACHO_BUCKET" default:"despacho" help:"S3 bucket of the label store."`

	Health    string        `env:"DESPACHO_GATEWAY_HEALTH" default:"127.0.0.1:9091" help:"Address of /healthz, /readyz and /metrics; port 0 takes a free one."`
	Drain     time.Duration `env:"DESPACHO_DRAIN" default:"30s" help:"How long requests under way may take after SIGTERM."`
	StartWait time.Duration `env:"DESPACHO_START_WAIT" default:"60s" help:"How long the gateway waits for Temporal and S3 when it starts."`
	LogLevel  string        `env:"DESPACHO_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string        `env:"DESPACHO_LOG_FORMAT" default:"json" help:"json or text."`
}

// BehindProxy is the value of Settings.Plain that says that a proxy in front speaks https.
const BehindProxy = "behind-proxy"

// DefaultSettings are the defaults of all settings, whatever the environment says.
func DefaultSettings() Settings { return Settings(service.Defaults[flags]()) }

// Variables lists the variables that Settings reads, in their order.
func Variables() []string { return service.Variables[Settings]() }

// variableFamily are the gateway's variables; those of the worker's outgoing webhook begin alike.
var variableFamily = service.EnvironmentFamily{
	Program: "gateway", Known: Variables(), Ours: []string{"DESPACHO_GATEWAY_", "DESPACHO_WEBHOOK_"}, Others: []string{"DESPACHO_WEBHOOK_OUT"},
}
