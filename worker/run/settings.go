package run

import (
	"cmp"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/activities/announce"
	"github.com/despacho/despacho/activities/intake"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
)

// Secret is a text that is never printed.
type Secret = multivende.Secret

// Settings are the worker's settings, from DESPACHO_* variables, the two of Temporal's Worker
// Controller and flags of the same names. The other TEMPORAL_* say where Temporal is, AWS_* where
// the label store is.
type Settings struct {
	Hub       string `env:"DESPACHO_HUB" default:"https://app.multivende.com" placeholder:"URL" help:"Address of the hub."`
	Merchant  string `env:"DESPACHO_MERCHANT" placeholder:"ID" help:"The hub's id of a merchant that works with a pasted token."`
	Token     Secret `env:"DESPACHO_TOKEN" hidden:"" help:"That merchant's access token itself."`
	TokenFile string `env:"DESPACHO_TOKEN_FILE" placeholder:"FILE" help:"File with the access token; read again when it changes. DESPACHO_TOKEN is the token itself."`

	ClientID         string `env:"DESPACHO_CLIENT_ID" placeholder:"ID" help:"The application's client_id; with it, its secret and the accounts' key set this worker serves every connected merchant."`
	ClientSecret     Secret `env:"DESPACHO_CLIENT_SECRET" hidden:"" help:"The application's client_secret itself."`
	ClientSecretFile string `env:"DESPACHO_CLIENT_SECRET_FILE" placeholder:"FILE" help:"File with the application's client_secret; DESPACHO_CLIENT_SECRET is the secret itself."`
	AccountsKeyFile  string `env:"DESPACHO_ACCOUNTS_KEY_FILE" placeholder:"FILE" help:"File with the key set that encrypts accounts; starter accounts-key new makes one. DESPACHO_ACCOUNTS_KEY is the key set itself."`
	AccountsKey      Secret `env:"DESPACHO_ACCOUNTS_KEY" hidden:"" help:"The key set itself."`

	HubPaths             string   `env:"DESPACHO_HUB_PATHS" placeholder:"FILE" help:"File that overrides the hub's path templates."`
	HubSpeed             float64  `env:"DESPACHO_HUB_SPEED" default:"1" help:"How many times as fast as ours the hub's time runs: 1 in production."`
	HubRequestsPerSecond float64  `env:"DESPACHO_HUB_REQUESTS_PER_SECOND" default:"4" help:"Requests a second that the hub grants a merchant; the workers share them by themselves."`
	HubParallel          int      `env:"DESPACHO_HUB_PARALLEL" default:"16" help:"Steps that call the hub at the same time in this worker."`
	DownloadHosts        []string `env:"DESPACHO_DOWNLOAD_HOSTS" placeholder:"HOST,…" help:"Hosts (host or host:port) from which files may come without https or from private addresses."`

	Bucket        string `env:"DESPACHO_BUCKET" default:"despacho" help:"S3 bucket of the label store."`
	Temp          string `env:"DESPACHO_TEMP" placeholder:"DIR" help:"Folder for large files while they are moved; default the system's."`
	FilesParallel int    `env:"DESPACHO_FILES_PARALLEL" default:"2" help:"Steps on files at the same time; each may take about 100 MB of memory."`

	FalabellaReady contract.FalabellaReady `env:"DESPACHO_FALABELLA_READY" default:"publish" help:"When Falabella hears ready_to_ship: label, publish or partner."`

	Channels map[string]string `env:"DESPACHO_CHANNELS" placeholder:"CHANNEL[/MODE]=yes|no|listed;…" help:"Your answers where the hub's guide leaves open which channels and shipping modes have labels, what a word of a sale means (payment/WORD=good) or where a connection is (country/ID=cl)."`

	Couriers map[string]string `env:"DESPACHO_COURIERS" placeholder:"NAME=SPELLING,…;…" help:"Couriers with their other spellings, besides those already known: Blue Express=BLX,BLUEXPRESS."`

	LabelTime time.Duration `env:"DESPACHO_LABEL_TIME" default:"1m" help:"How long a marketplace takes for a label, until the connection's own time is known; the hub's time."`

	PollEvery    time.Duration `env:"DESPACHO_POLL_EVERY" default:"1h" help:"How often changed sales are listed in case a webhook was lost; the hub's time."`
	DeadlineNear time.Duration `env:"DESPACHO_DEADLINE_NEAR" default:"4h" help:"How long before its deadline an order without a label is reported; the hub's time."`

	WebhookOut           string `env:"DESPACHO_WEBHOOK_OUT" placeholder:"URL" help:"Address that gets a webhook when a channel has a status that others wait for (Falabella: ready_to_ship)."`
	WebhookOutSecret     Secret `env:"DESPACHO_WEBHOOK_OUT_SECRET" hidden:"" help:"Secret that signs these webhooks itself."`
	WebhookOutSecretFile string `env:"DESPACHO_WEBHOOK_OUT_SECRET_FILE" placeholder:"FILE" help:"File with the secret that signs these webhooks, at least 16 characters; DESPACHO_WEBHOOK_OUT_SECRET is the secret itself."`

	PartnersWebhookHosts []string `env:"DESPACHO_PARTNERS_WEBHOOK_HOSTS" placeholder:"HOST,…" help:"Names (host or host:port) at which partners' webhooks may be although they lead to private addresses."`

	BuildID string `env:"DESPACHO_BUILD_ID" placeholder:"ID" help:"Build id of this worker in its deployment; turns worker versioning on. The worker gets work once Temporal is told that this version is the current one."`
	// The next two have the names by which Temporal's Worker Controller sets them.
	DeploymentName string `env:"TEMPORAL_DEPLOYMENT_NAME" default:"despacho" placeholder:"NAME" help:"Name under which Temporal knows this worker's versions; Temporal's Worker Controller sets it."`
	WorkerBuildID  string `env:"TEMPORAL_WORKER_BUILD_ID" placeholder:"ID" help:"Build id as Temporal's Worker Controller sets it; it counts before DESPACHO_BUILD_ID."`

	Listen    string        `env:"DESPACHO_LISTEN" default:"127.0.0.1:9090" help:"Address of /healthz, /readyz and /metrics; port 0 takes a free one."`
	Drain     time.Duration `env:"DESPACHO_DRAIN" default:"30s" help:"How long steps under way may take after SIGTERM."`
	StartWait time.Duration `env:"DESPACHO_START_WAIT" default:"60s" help:"How long the worker waits for Temporal and S3 when it starts."`
	LogLevel  string        `env:"DESPACHO_LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	LogFormat string        `env:"DESPACHO_LOG_FORMAT" default:"json" help:"json or text."`
}

// buildID is the version of this worker, empty without worker versioning.
func (s Settings) buildID() string { return cmp.Or(s.WorkerBuildID, s.BuildID) }

// hasToken tells whether a merchant works with a pasted token.
func (s Settings) hasToken() bool { return s.Token != "" || s.TokenFile != "" }

// hasAccounts tells whether connected merchants are served.
func (s Settings) hasAccounts() bool {
	return s.ClientID != "" || s.ClientSecret != "" || s.ClientSecretFile != "" || s.AccountsKeyFile != "" || s.AccountsKey != ""
}

// activitySettings are what a run records of this worker.
func (s Settings) activitySettings() contract.Settings {
	return contract.Settings{
		HubSpeed: s.HubSpeed, FalabellaReady: s.FalabellaReady, LabelTime: contract.Duration(s.LabelTime),
		Channels: lo.Assign(channels.CourierOverrides(s.Couriers), s.Channels), WebhookOut: s.WebhookOut != "",
	}.Over(contract.DefaultSettings())
}

// intakeSettings are what an intake reads of this worker.
func (s Settings) intakeSettings() intake.IntakeSettings {
	return intake.IntakeSettings{
		HubSpeed: s.HubSpeed, PollEvery: contract.Duration(s.PollEvery), DeadlineNear: contract.Duration(s.DeadlineNear),
	}.Over(intake.DefaultIntakeSettings())
}

// webhook is who is told when a status is verified.
func (s Settings) webhook() announce.Webhook {
	return announce.Webhook{URL: s.WebhookOut, Secret: s.WebhookOutSecret.Reveal()}
}
