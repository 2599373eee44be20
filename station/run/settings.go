package run

import (
	"time"

	"github.com/despacho/despacho/service"
)

// Settings are the station's settings, from DESPACHO_* variables and flags of the same names.
// TEMPORAL_* say where Temporal is, AWS_* where the label store is.
type Settings struct {
	Site      string   `env:"DESPACHO_STATION_SITE" default:"principal" help:"Name of the warehouse: its printers, people and devices are kept under it."`
	Merchants []string `env:"DESPACHO_STATION_MERCHANTS" placeholder:"ID,…" help:"The hub's ids of the merchants whose runs are shown; default: all that are connected, and DESPACHO_MERCHANT."`
	Merchant  string   `env:"DESPACHO_MERCHANT" placeholder:"ID" help:"The hub's id of a merchant that works with a pasted token."`
	Bucket    string   `env:"DESPACHO_BUCKET" default:"despacho" help:"S3 bucket of the label store."`

	Listen string   `env:"DESPACHO_STATION_LISTEN" default:"127.0.0.1:8479" help:"Address of the page; 0.0.0.0:8479 lets tablets of the network reach it. Port 0 takes a free one."`
	URL    string   `env:"DESPACHO_STATION_URL" placeholder:"URL" help:"Address that browsers use, such as http://192.168.1.20:8479; default: an address of this machine."`
	Hosts  []string `env:"DESPACHO_STATION_HOSTS" placeholder:"HOST,…" help:"Further names by which browsers may reach the page; addresses and localhost need no mention."`
	Cert   string   `env:"DESPACHO_STATION_CERT" placeholder:"FILE" help:"Certificate chain (PEM) for https; read again when it changes."`
	Key    string   `env:"DESPACHO_STATION_KEY" placeholder:"FILE" help:"Private key (PEM) of the certificate."`
	Cache  string   `env:"DESPACHO_STATION_CACHE" placeholder:"DIR" help:"Folder for what is slow to make anew, so that the next start is fast; default: the user's cache folder."`

	Health    string        `env:"DESPACHO_STATION_HEALTH" default:"127.0.0.1:9092" help:"Address of /healthz, /readyz and /metrics; port 0 takes a free one."`
	Drain     time.Duration `env:"DESPACHO_DRAIN" default:"30s" help:"How long a label under way and open requests may take after SIGTERM."`
	StartWait time.Duration `env:"DESPACHO_START_WAIT" default:"60s" help:"How long the station waits for Temporal and S3 when it starts."`
	LogLevel  string        `env:"DESPACHO_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string        `env:"DESPACHO_LOG_FORMAT" default:"json" help:"json or text."`
}

// DefaultSettings are the defaults of all settings, whatever the environment says.
func DefaultSettings() Settings { return Settings(service.Defaults[flags]()) }

// Variables lists the variables that Settings reads, in their order.
func Variables() []string { return service.Variables[Settings]() }

// variableFamily are the station's variables.
var variableFamily = service.EnvironmentFamily{
	Program: "station", Known: Variables(), Ours: []string{"DESPACHO_STATION_"},
}
