package run

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/samber/lo"

	"github.com/despacho/despacho/accounts"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende"
	"github.com/despacho/despacho/service"
	"github.com/despacho/despacho/service/tracing"
)

const (
	maxSpeed = 100_000
	maxRate  = 1000
	maxSlots = 1000
	maxDrain = time.Hour
	maxPoll  = 24 * time.Hour
	maxLabel = time.Hour
	maxNear  = 7 * 24 * time.Hour
)

var (
	merchantPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	bucketPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	buildPattern    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	// Temporal allows no dot or colon in a deployment's name; its Worker Controller joins namespace and name with a slash.
	deploymentPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_/-]{0,199}$`)
	hostPattern       = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
)

// Validate names every wrong setting in one error: its variable, what is wrong and what to write.
func (s Settings) Validate() error {
	var c service.Complaints
	s, err := s.withSecrets()
	if err != nil {
		c = append(c, err)
	}
	s.checkHub(&c)
	s.checkToken(&c)
	s.checkAccounts(&c)
	s.checkFiles(&c)
	s.checkProcess(&c)
	c = append(c, tracing.Check()...)
	return c.Err()
}

func (s Settings) checkHub(c *service.Complaints) {
	hosts := lo.Filter(s.DownloadHosts, func(host string, _ int) bool { return validHost(host) })
	for _, host := range lo.Without(s.DownloadHosts, hosts...) {
		c.Add("DESPACHO_DOWNLOAD_HOSTS", "%q is not a host; write names or addresses with commas between them, with a port when only that one is meant (files.example.com,10.0.0.5:9000)", host)
	}
	// The client checks its own settings; given one at a time, its error is about one variable.
	_, err := multivende.New(multivende.Config{BaseURL: s.Hub, AllowHosts: hosts, Token: multivende.StaticToken("none")})
	c.AddUnless(err == nil, "DESPACHO_HUB", "%v (DESPACHO_DOWNLOAD_HOSTS lists the allowed hosts)", err)
	c.AddUnless(s.Hub != "", "DESPACHO_HUB", "it is empty; write https://app.multivende.com")
	_, err = multivende.New(multivende.Config{PathsFile: s.HubPaths, Token: multivende.StaticToken("none")})
	c.AddUnless(err == nil, "DESPACHO_HUB_PATHS", "%v; correct the file or leave the variable empty", err)
	c.AddUnless(merchantPattern.MatchString(s.Merchant) || s.Merchant == "" && !s.hasToken() && s.hasAccounts(), "DESPACHO_MERCHANT", "%q is not a merchant's id; write the id that the hub gives the merchant (letters, digits, dots, hyphens, underscores)", s.Merchant)
	c.AddUnless(s.HubSpeed > 0 && s.HubSpeed <= maxSpeed, "DESPACHO_HUB_SPEED", "%v is out of range; write a number above 0, at most %d (1 in production)", s.HubSpeed, maxSpeed)
	c.AddUnless(s.HubRequestsPerSecond > 0 && s.HubRequestsPerSecond <= maxRate, "DESPACHO_HUB_REQUESTS_PER_SECOND", "%v is out of range; write a number above 0, at most %d (default 4)", s.HubRequestsPerSecond, maxRate)
	c.AddUnless(inRange(s.HubParallel, maxSlots), "DESPACHO_HUB_PARALLEL", "%d is out of range; write 1 to %d (default 16)", s.HubParallel, maxSlots)
	_, err = channels.New(s.Channels)
	c.AddUnless(err == nil, "DESPACHO_CHANNELS", "%v; write entries such as bigcommerce=yes or ripley/despacho propio=listed, with semicolons between them", err)
	_, err = channels.New(channels.CourierOverrides(s.Couriers))
	c.AddUnless(err == nil, "DESPACHO_COURIERS", "%v; write entries such as Blue Express=BLX,BLUEXPRESS, with semicolons between them", err)
	ready := []contract.FalabellaReady{contract.ReadyAtLabel, contract.ReadyAtPublish, contract.ReadyFromPartner}
	err = s.webhook().Check()
	c.AddUnless(err == nil || s.WebhookOutSecretFile != "", "DESPACHO_WEBHOOK_OUT", "%v; write an https address and a secret (DESPACHO_WEBHOOK_OUT_SECRET, or its file in DESPACHO_WEBHOOK_OUT_SECRET_FILE), or leave both empty", err)
	for _, host := range s.PartnersWebhookHosts {
		c.AddUnless(validHost(host), "DESPACHO_PARTNERS_WEBHOOK_HOSTS", "%q is not a host; write names with commas between them, with a port when only that one is meant (wms.internal,hooks.internal:8443)", host)
	}
	c.AddUnless(s.LabelTime >= time.Second && s.LabelTime <= maxLabel, "DESPACHO_LABEL_TIME", "%v is out of range; write how long a marketplace takes for a label, such as 1m, 1s to %v", s.LabelTime, maxLabel)
	c.AddUnless(s.PollEvery >= time.Minute && s.PollEvery <= maxPoll, "DESPACHO_POLL_EVERY", "%v is out of range; write a duration such as 1h, 1m to %v", s.PollEvery, maxPoll)
	c.AddUnless(s.DeadlineNear > 0 && s.DeadlineNear <= maxNear, "DESPACHO_DEADLINE_NEAR", "%v is out of range; write a duration such as 4h, at most %v", s.DeadlineNear, maxNear)
	c.AddUnless(slices.Contains(ready, s.FalabellaReady), "DESPACHO_FALABELLA_READY", "%q is unknown; write label, publish or partner", s.FalabellaReady)
}

func (s Settings) checkToken(c *service.Complaints) {
	switch {
	case !s.hasToken() && s.hasAccounts():
	case !s.hasToken():
		c.Add("DESPACHO_TOKEN", "there is no access token; set DESPACHO_CLIENT_ID, DESPACHO_CLIENT_SECRET and DESPACHO_ACCOUNTS_KEY_FILE for connected merchants, or DESPACHO_TOKEN_FILE to a file that holds one merchant's token, or DESPACHO_TOKEN to the token")
	case s.Token != "" && s.TokenFile != "":
		c.Add("DESPACHO_TOKEN", "DESPACHO_TOKEN_FILE is set as well; keep only one of them")
	case s.TokenFile != "":
		_, err := readToken(s.TokenFile)
		c.AddUnless(err == nil, "DESPACHO_TOKEN_FILE", "%v; name a readable file that holds only the access token", err)
	default:
		c.AddUnless(validToken(s.Token.Reveal()), "DESPACHO_TOKEN", "the token has spaces or characters that no token has; write only the access token")
	}
}

func (s Settings) checkAccounts(c *service.Complaints) {
	if !s.hasAccounts() {
		return
	}
	c.AddUnless(s.ClientID != "", "DESPACHO_CLIENT_ID", "it is missing; write the client_id that the hub gave the application")
	c.AddUnless(s.ClientSecret != "" || s.ClientSecretFile != "", "DESPACHO_CLIENT_SECRET", "it is missing; write the client_secret that the hub gave the application, or name its file in DESPACHO_CLIENT_SECRET_FILE")
	keys, err := accounts.LoadKeys(s.AccountsKeyFile, s.AccountsKey)
	variable := lo.Ternary(s.AccountsKeyFile == "" && s.AccountsKey != "", "DESPACHO_ACCOUNTS_KEY", "DESPACHO_ACCOUNTS_KEY_FILE")
	c.AddUnless(err == nil, variable, "%v", err)
	c.AddUnless(err != nil || keys != nil, variable, "there are no keys; make them with starter accounts-key new")
}

func (s Settings) checkFiles(c *service.Complaints) {
	c.AddUnless(bucketPattern.MatchString(s.Bucket), "DESPACHO_BUCKET", "%q is not a bucket's name; write 3 to 63 lower-case letters, digits, dots and hyphens", s.Bucket)
	c.AddUnless(s.Temp == "" || writable(s.Temp), "DESPACHO_TEMP", "folder %q is not writable; name a writable folder or leave it empty", s.Temp)
	c.AddUnless(inRange(s.FilesParallel, maxSlots), "DESPACHO_FILES_PARALLEL", "%d is out of range; write 1 to %d (default 2)", s.FilesParallel, maxSlots)
}

func (s Settings) checkProcess(c *service.Complaints) {
	checkBuildID(c, "DESPACHO_BUILD_ID", s.BuildID)
	checkBuildID(c, "TEMPORAL_WORKER_BUILD_ID", s.WorkerBuildID)
	c.AddUnless(deploymentPattern.MatchString(s.DeploymentName), "TEMPORAL_DEPLOYMENT_NAME", "%q is not a deployment's name; write letters, digits, hyphens, underscores and slashes (default despacho)", s.DeploymentName)
	c.AddUnless(service.ValidListen(s.Listen), "DESPACHO_LISTEN", "cannot listen on %q; write host:port such as 127.0.0.1:9090 (port 0 takes a free one)", s.Listen)
	c.AddUnless(s.Drain > 0 && s.Drain <= maxDrain, "DESPACHO_DRAIN", "%v is out of range; write a duration such as 30s, at most %v", s.Drain, maxDrain)
	c.AddUnless(s.StartWait >= 0 && s.StartWait <= maxDrain, "DESPACHO_START_WAIT", "%v is out of range; write a duration such as 60s, at most %v", s.StartWait, maxDrain)
	_, err := service.LogLevel(s.LogLevel)
	c.AddUnless(err == nil, "DESPACHO_LOG_LEVEL", "%q is unknown; write debug, info, warn or error", s.LogLevel)
	c.AddUnless(s.LogFormat == "json" || s.LogFormat == "text", "DESPACHO_LOG_FORMAT", "%q is unknown; write json or text", s.LogFormat)
}

func checkBuildID(c *service.Complaints, variable, id string) {
	c.AddUnless(id == "" || buildPattern.MatchString(id), variable, "%q is not a build id; write letters, digits, dots, hyphens and underscores, or leave it empty to work without worker versioning", id)
}

func inRange(value, most int) bool { return value >= 1 && value <= most }

func validHost(text string) bool {
	text = strings.TrimSpace(text)
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = strings.Trim(text, "[]"), "1"
	}
	_, notAddress := netip.ParseAddr(host)
	return (notAddress == nil || hostPattern.MatchString(host)) && validPort(port, 1)
}

func validPort(text string, least int) bool {
	port, err := strconv.Atoi(text)
	return err == nil && port >= least && port <= 65535
}

func writable(folder string) bool {
	file, err := os.CreateTemp(folder, "despacho-*")
	if err != nil {
		return false
	}
	return errors.Join(file.Close(), os.Remove(file.Name())) == nil
}
