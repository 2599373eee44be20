package run

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/contract"
)

func validSettings() Settings {
	settings := DefaultSettings()
	settings.Merchant, settings.Token = "merchant-1", "token-1"
	return settings
}

func keySet(t *testing.T) Secret {
	t.Helper()
	keys, err := accounts.NewKeys()
	require.NoError(t, err)
	written, err := keys.JSON()
	require.NoError(t, err)
	return written
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

func TestValidate(t *testing.T) {
	t.Parallel()
	require.NoError(t, validSettings().Validate())

	folder := t.TempDir()
	cases := map[string]struct {
		change   func(*Settings)
		variable string
		says     string
	}{
		"a hub without an address":         {func(s *Settings) { s.Hub = "" }, "DESPACHO_HUB", "https://app.multivende.com"},
		"a hub that is no address":         {func(s *Settings) { s.Hub = "app.multivende.com" }, "DESPACHO_HUB", "https://app.multivende.com"},
		"a hub reached without encryption": {func(s *Settings) { s.Hub = "http://hub.example.com" }, "DESPACHO_HUB", "https"},
		"a missing merchant":               {func(s *Settings) { s.Merchant = "" }, "DESPACHO_MERCHANT", "write the id"},
		"a merchant with a slash":          {func(s *Settings) { s.Merchant = "a/b" }, "DESPACHO_MERCHANT", `"a/b"`},
		"no token at all":                  {func(s *Settings) { s.Token = "" }, "DESPACHO_TOKEN", "DESPACHO_TOKEN_FILE"},
		"a secret given twice": {func(s *Settings) {
			s.WebhookOut, s.WebhookOutSecret, s.WebhookOutSecretFile = "https://p.example.com", "0123456789abcdef", write(t, "twice", "0123456789abcdef")
		}, "DESPACHO_WEBHOOK_OUT_SECRET_FILE", "keep only one"},
		"a secret's file that is not there": {func(s *Settings) { s.WebhookOutSecretFile = folder + "/none" }, "DESPACHO_WEBHOOK_OUT_SECRET_FILE", "cannot be read"},
		"a short secret in a file": {func(s *Settings) {
			s.WebhookOut, s.WebhookOutSecretFile = "https://p.example.com", write(t, "secret", "short")
		}, "DESPACHO_WEBHOOK_OUT", "16 characters"},
		"two tokens":                          {func(s *Settings) { s.TokenFile = "token" }, "DESPACHO_TOKEN", "keep only one"},
		"a token with a line break":           {func(s *Settings) { s.Token = "a\nb" }, "DESPACHO_TOKEN", "characters that no token has"},
		"accounts without an application":     {func(s *Settings) { s.ClientSecret, s.AccountsKey = "s", keySet(t) }, "DESPACHO_CLIENT_ID", "client_id"},
		"accounts without a secret":           {func(s *Settings) { s.ClientID, s.AccountsKey = "7", keySet(t) }, "DESPACHO_CLIENT_SECRET", "client_secret"},
		"accounts without keys":               {func(s *Settings) { s.ClientID, s.ClientSecret = "7", "s" }, "DESPACHO_ACCOUNTS_KEY_FILE", "starter accounts-key new"},
		"keys that are none":                  {func(s *Settings) { s.ClientID, s.ClientSecret, s.AccountsKey = "7", "s", "key" }, "DESPACHO_ACCOUNTS_KEY", "not a key set"},
		"keys' file that is not there":        {func(s *Settings) { s.ClientID, s.ClientSecret, s.AccountsKeyFile = "7", "s", folder+"/none" }, "DESPACHO_ACCOUNTS_KEY_FILE", "cannot be read"},
		"a token's file that is not there":    {func(s *Settings) { s.Token, s.TokenFile = "", folder+"/none" }, "DESPACHO_TOKEN_FILE", "readable file"},
		"a path file that is not there":       {func(s *Settings) { s.HubPaths = folder + "/none" }, "DESPACHO_HUB_PATHS", "correct the file"},
		"a path file with an unknown route":   {func(s *Settings) { s.HubPaths = write(t, "paths", `{"nowhere":"/x"}`) }, "DESPACHO_HUB_PATHS", "nowhere"},
		"a speed of zero":                     {func(s *Settings) { s.HubSpeed = 0 }, "DESPACHO_HUB_SPEED", "above 0"},
		"a speed that is no number":           {func(s *Settings) { s.HubSpeed = math.NaN() }, "DESPACHO_HUB_SPEED", "above 0"},
		"a negative rate":                     {func(s *Settings) { s.HubRequestsPerSecond = -1 }, "DESPACHO_HUB_REQUESTS_PER_SECOND", "above 0"},
		"no parallel steps at the hub":        {func(s *Settings) { s.HubParallel = 0 }, "DESPACHO_HUB_PARALLEL", "1 to"},
		"a download host that is an address":  {func(s *Settings) { s.DownloadHosts = []string{"https://files"} }, "DESPACHO_DOWNLOAD_HOSTS", "host"},
		"a webhook host that is an address":   {func(s *Settings) { s.PartnersWebhookHosts = []string{"https://wms"} }, "DESPACHO_PARTNERS_WEBHOOK_HOSTS", "host"},
		"a download host without a port":      {func(s *Settings) { s.DownloadHosts = []string{"files:"} }, "DESPACHO_DOWNLOAD_HOSTS", "port"},
		"a bucket in capitals":                {func(s *Settings) { s.Bucket = "Despacho" }, "DESPACHO_BUCKET", "lower-case letters"},
		"a temporary folder that is missing":  {func(s *Settings) { s.Temp = folder + "/none" }, "DESPACHO_TEMP", "writable"},
		"no parallel steps on files":          {func(s *Settings) { s.FilesParallel = 0 }, "DESPACHO_FILES_PARALLEL", "1 to"},
		"an override of what the guide says":  {func(s *Settings) { s.Channels = map[string]string{"paris": "no"} }, "DESPACHO_CHANNELS", "bigcommerce=yes"},
		"a word of a sale that means nothing": {func(s *Settings) { s.Channels = map[string]string{"payment/verde": "maybe"} }, "DESPACHO_CHANNELS", "good, open or off"},
		"a courier without a spelling":        {func(s *Settings) { s.Couriers = map[string]string{"Blue Express": "BLX,"} }, "DESPACHO_COURIERS", "Blue Express=BLX,BLUEXPRESS"},
		"an unknown moment for Falabella":     {func(s *Settings) { s.FalabellaReady = "later" }, "DESPACHO_FALABELLA_READY", "partner"},
		"a webhook without encryption":        {func(s *Settings) { s.WebhookOut, s.WebhookOutSecret = "http://example.com", "0123456789abcdef" }, "DESPACHO_WEBHOOK_OUT", "https"},
		"a webhook without a secret":          {func(s *Settings) { s.WebhookOut = "https://example.com" }, "DESPACHO_WEBHOOK_OUT", "secret"},
		"a secret without a webhook":          {func(s *Settings) { s.WebhookOutSecret = "0123456789abcdef" }, "DESPACHO_WEBHOOK_OUT", "no address"},
		"a build id with a space":             {func(s *Settings) { s.BuildID = "a b" }, "DESPACHO_BUILD_ID", "letters"},
		"a controller's id with a space":      {func(s *Settings) { s.WorkerBuildID = "a b" }, "TEMPORAL_WORKER_BUILD_ID", "letters"},
		"a deployment's name with a dot":      {func(s *Settings) { s.DeploymentName = "a.b" }, "TEMPORAL_DEPLOYMENT_NAME", "slashes"},
		"a deployment without a name":         {func(s *Settings) { s.DeploymentName = "" }, "TEMPORAL_DEPLOYMENT_NAME", "despacho"},
		"an address without a port":           {func(s *Settings) { s.Listen = "localhost" }, "DESPACHO_LISTEN", "host:port"},
		"a port that is too large":            {func(s *Settings) { s.Listen = "127.0.0.1:70000" }, "DESPACHO_LISTEN", "host:port"},
		"no time to drain":                    {func(s *Settings) { s.Drain = 0 }, "DESPACHO_DRAIN", "30s"},
		"labels that take no time":            {func(s *Settings) { s.LabelTime = 0 }, "DESPACHO_LABEL_TIME", "1m"},
		"polls without a pause":               {func(s *Settings) { s.PollEvery = time.Second }, "DESPACHO_POLL_EVERY", "1h"},
		"no time before a deadline":           {func(s *Settings) { s.DeadlineNear = 0 }, "DESPACHO_DEADLINE_NEAR", "4h"},
		"a negative wait at the start":        {func(s *Settings) { s.StartWait = -time.Second }, "DESPACHO_START_WAIT", "60s"},
		"an unknown log level":                {func(s *Settings) { s.LogLevel = "loud" }, "DESPACHO_LOG_LEVEL", "debug"},
		"an unknown log format":               {func(s *Settings) { s.LogFormat = "xml" }, "DESPACHO_LOG_FORMAT", "text"},
	}
	for name, c := range cases {
		t.Run(name+" is named", func(t *testing.T) {
			t.Parallel()
			settings := validSettings()
			c.change(&settings)
			err := settings.Validate()
			require.ErrorContains(t, err, c.variable+": ")
			assert.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), "\n", "one mistake, one complaint")
		})
	}
}

func TestValidateNamesAllAtOnce(t *testing.T) {
	t.Parallel()
	err := Settings{Hub: "ftp://hub", HubPaths: "none", DownloadHosts: []string{"a b"}, PartnersWebhookHosts: []string{"a b"}, Temp: "/none", BuildID: "/", WorkerBuildID: "/", Channels: map[string]string{"paris": "no"}, Couriers: map[string]string{"x": ""}}.Validate()
	require.NotEmpty(t, Variables())
	for _, variable := range Variables() {
		optional := []string{
			"DESPACHO_TOKEN_FILE", "DESPACHO_START_WAIT", "DESPACHO_CLIENT_ID", "DESPACHO_CLIENT_SECRET", "DESPACHO_ACCOUNTS_KEY", "DESPACHO_ACCOUNTS_KEY_FILE",
			"DESPACHO_WEBHOOK_OUT", "DESPACHO_WEBHOOK_OUT_SECRET", "DESPACHO_CLIENT_SECRET_FILE", "DESPACHO_WEBHOOK_OUT_SECRET_FILE",
		}
		if slices.Contains(optional, variable) {
			continue // their zero values are right
		}
		assert.ErrorContains(t, err, variable+": ")
	}
}

func TestValidateAcceptsWhatIsRight(t *testing.T) {
	t.Parallel()
	cases := map[string]func(*Settings){
		"a token in a file":                        func(s *Settings) { s.Token, s.TokenFile = "", write(t, "token", " abc.def-_~+/== \n") },
		"a hub on this machine without TLS":        func(s *Settings) { s.Hub = "http://127.0.0.1:8000" },
		"an allowed hub without TLS":               func(s *Settings) { s.Hub, s.DownloadHosts = "http://sandbox:8000", []string{"sandbox:8000"} },
		"private hosts of partners":                func(s *Settings) { s.PartnersWebhookHosts = []string{"wms.internal", "hooks.internal:8443"} },
		"hosts by name and by address":             func(s *Settings) { s.DownloadHosts = []string{"files.example.com", "10.0.0.5:9000", "[::1]:80", "::1"} },
		"every interface and a free port":          func(s *Settings) { s.Listen = ":0" },
		"ready_to_ship left to the partner":        func(s *Settings) { s.FalabellaReady = "partner" },
		"no waiting for Temporal at the start":     func(s *Settings) { s.StartWait = 0 },
		"connected merchants and one with a token": func(s *Settings) { s.ClientID, s.ClientSecret, s.AccountsKey = "7", "s", keySet(t) },
		"connected merchants alone": func(s *Settings) {
			s.ClientID, s.ClientSecret, s.AccountsKey = "7", "s", keySet(t)
			s.Token, s.Merchant = "", ""
		},
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := validSettings()
			change(&settings)
			assert.NoError(t, settings.Validate())
		})
	}
}

func TestDefaultSettingsIgnoreTheEnvironment(t *testing.T) {
	t.Setenv("DESPACHO_BUCKET", "another")
	t.Setenv("DESPACHO_DRAIN", "nonsense")
	settings := DefaultSettings()
	assert.Equal(t, "despacho", settings.Bucket)
	assert.Equal(t, 30*time.Second, settings.Drain)
	assert.Equal(t, "https://app.multivende.com", settings.Hub)
}

func TestActivitySettings(t *testing.T) {
	t.Parallel()
	settings := validSettings()
	settings.HubSpeed, settings.FalabellaReady, settings.LabelTime = 600, "label", 2*time.Second
	recorded := settings.activitySettings()
	assert.InEpsilon(t, 600.0, recorded.HubSpeed, 1e-9)
	assert.EqualValues(t, "label", recorded.FalabellaReady)
	assert.Equal(t, contract.Duration(2*time.Second), recorded.LabelTime)
	assert.Equal(t, 50, recorded.BatchSize, "what the worker is not told has the default of production")
}

func TestTheWorkerKnowsItsVariables(t *testing.T) {
	t.Parallel()
	assert.Contains(t, variableFamily.Known, "DESPACHO_TOKEN_FILE")
	assert.Contains(t, variableFamily.Known, "DESPACHO_WEBHOOK_OUT")
}
