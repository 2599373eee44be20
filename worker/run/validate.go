package run

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
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
	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/multivende"
)

const (
	maxWorkers = 1000
	maxSpeed   = 100_000
	maxRate    = 1000
	maxSlots   = 1000
	maxDrain   = time.Hour
)

var (
	merchantPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	bucketPattern   = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)
	buildPattern    = regexp.MustCompile(`^[A-Za-z0-9._-]{1,128}$`)
	hostPattern     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)
)

// complaints collects what is wrong, so that it can be said all at once.
type complaints []error

// add complains about a variable; no complaint quotes a secret.
func (c *complaints) add(variable, format string, arguments ...any) {
	*c = append(*c, fmt.Errorf("%s: %w", variable, fmt.Errorf(format, arguments...)))
}

// unless complains when ok is false.
func (c *complaints) unless(ok bool, variable, format string, arguments ...any) {
	if !ok {
		c.add(variable, format, arguments...)
	}
}

// Validate names every wrong setting at once: its variable, what is wrong and what to write.
func (s Settings) Validate() error {
	var c complaints
	s.checkHub(&c)
	s.checkToken(&c)
	s.checkAccounts(&c)
	s.checkFiles(&c)
	s.checkProcess(&c)
	return errors.Join(c...)
}

func (s Settings) checkHub(c *complaints) {
	hosts := lo.Filter(s.DownloadHosts, func(host string, _ int) bool { return validHost(host) })
	for _, host := range lo.Without(s.DownloadHosts, hosts...) {
		c.add("DESPACHO_DOWNLOAD_HOSTS", "%q is not a host; write names or addresses with commas between them, with a port when only that one is meant (files.example.com,10.0.0.5:9000)", host)
	}
	// The client knows what it takes; asked for one thing at a time, its answer belongs to one variable.
	_, err := multivende.New(multivende.Config{BaseURL: s.Hub, AllowHosts: hosts, Token: multivende.StaticToken("none")})
	c.unless(err == nil, "DESPACHO_HUB", "%v (allowed hosts stand in DESPACHO_DOWNLOAD_HOSTS)", err)
	c.unless(s.Hub != "", "DESPACHO_HUB", "there is no address; write https://app.multivende.com")
	_, err = multivende.New(multivende.Config{PathsFile: s.HubPaths, Token: multivende.StaticToken("none")})
	c.unless(err == nil, "DESPACHO_HUB_PATHS", "%v; mend the file or leave the variable empty", err)
	c.unless(merchantPattern.MatchString(s.Merchant) || s.Merchant == "" && !s.hasToken() && s.hasAccounts(), "DESPACHO_MERCHANT", "%q is not a merchant's id; write the id that the hub gives the merchant (letters, digits, dots, hyphens, underscores)", s.Merchant)
	c.unless(s.HubSpeed > 0 && s.HubSpeed <= maxSpeed, "DESPACHO_HUB_SPEED", "%v is out of range; write a number above 0, at most %d (1 in production)", s.HubSpeed, maxSpeed)
	c.unless(s.HubRequestsPerSecond > 0 && s.HubRequestsPerSecond <= maxRate, "DESPACHO_HUB_REQUESTS_PER_SECOND", "%v is out of range; write a number above 0, at most %d (default 4)", s.HubRequestsPerSecond, maxRate)
	c.unless(within(s.HubParallel, maxSlots), "DESPACHO_HUB_PARALLEL", "%d is out of range; write 1 to %d (default 16)", s.HubParallel, maxSlots)
	c.unless(within(s.Workers, maxWorkers), "DESPACHO_WORKERS", "%d is out of range; write the number of worker processes, 1 to %d", s.Workers, maxWorkers)
	ready := []activities.FalabellaReady{activities.ReadyAtLabel, activities.ReadyAtPublish, activities.ReadyFromPartner}
	err = s.webhook().Check()
	c.unless(err == nil, "DESPACHO_WEBHOOK_OUT", "%v; write an https address and a secret (DESPACHO_WEBHOOK_OUT_SECRET), or leave both empty", err)
	c.unless(slices.Contains(ready, s.FalabellaReady), "DESPACHO_FALABELLA_READY", "%q is unknown; write label, publish or partner", s.FalabellaReady)
}

func (s Settings) checkToken(c *complaints) {
	switch {
	case !s.hasToken() && s.hasAccounts():
	case !s.hasToken():
		c.add("DESPACHO_TOKEN", "there is no access token; set DESPACHO_CLIENT_ID, DESPACHO_CLIENT_SECRET and DESPACHO_ACCOUNTS_KEY_FILE for connected merchants, or DESPACHO_TOKEN_FILE to a file that holds one merchant's token, or DESPACHO_TOKEN to the token")
	case s.Token != "" && s.TokenFile != "":
		c.add("DESPACHO_TOKEN", "DESPACHO_TOKEN_FILE is set as well; keep only one of them")
	case s.TokenFile != "":
		_, err := readToken(s.TokenFile)
		c.unless(err == nil, "DESPACHO_TOKEN_FILE", "%v; name a readable file that holds the access token alone", err)
	default:
		c.unless(validToken(s.Token.Reveal()), "DESPACHO_TOKEN", "the token holds white space or signs that no token has; write the access token alone")
	}
}

func (s Settings) checkAccounts(c *complaints) {
	if !s.hasAccounts() {
		return
	}
	c.unless(s.ClientID != "", "DESPACHO_CLIENT_ID", "there is none; write the client_id that the hub gave the application")
	c.unless(s.ClientSecret != "", "DESPACHO_CLIENT_SECRET", "there is none; write the client_secret that the hub gave the application")
	keys, err := accounts.LoadKeys(s.AccountsKeyFile, s.AccountsKey)
	variable := lo.Ternary(s.AccountsKeyFile == "" && s.AccountsKey != "", "DESPACHO_ACCOUNTS_KEY", "DESPACHO_ACCOUNTS_KEY_FILE")
	c.unless(err == nil, variable, "%v", err)
	c.unless(err != nil || keys != nil, variable, "there are no keys; starter accounts-key new makes them")
}

func (s Settings) checkFiles(c *complaints) {
	c.unless(bucketPattern.MatchString(s.Bucket), "DESPACHO_BUCKET", "%q is not a bucket's name; write 3 to 63 small letters, digits, dots and hyphens", s.Bucket)
	c.unless(s.Temp == "" || writable(s.Temp), "DESPACHO_TEMP", "nothing can be written into folder %q; name a writable folder or leave it empty", s.Temp)
	c.unless(within(s.FilesParallel, maxSlots), "DESPACHO_FILES_PARALLEL", "%d is out of range; write 1 to %d (default 2)", s.FilesParallel, maxSlots)
}

func (s Settings) checkProcess(c *complaints) {
	c.unless(s.BuildID == "" || buildPattern.MatchString(s.BuildID), "DESPACHO_BUILD_ID", "%q is not a build id; write letters, digits, dots, hyphens and underscores, or leave it empty to work without versioning", s.BuildID)
	c.unless(validListen(s.Listen), "DESPACHO_LISTEN", "%q is not an address to listen at; write host:port such as 127.0.0.1:9090 (port 0 takes a free one)", s.Listen)
	c.unless(s.Drain > 0 && s.Drain <= maxDrain, "DESPACHO_DRAIN", "%v is out of range; write a span such as 30s, at most %v", s.Drain, maxDrain)
	c.unless(s.StartWait >= 0 && s.StartWait <= maxDrain, "DESPACHO_START_WAIT", "%v is out of range; write a span such as 60s, at most %v", s.StartWait, maxDrain)
	_, err := logLevel(s.LogLevel)
	c.unless(err == nil, "DESPACHO_LOG_LEVEL", "%q is unknown; write debug, info, warn or error", s.LogLevel)
	c.unless(s.LogFormat == "json" || s.LogFormat == "text", "DESPACHO_LOG_FORMAT", "%q is unknown; write json or text", s.LogFormat)
}

func within(value, most int) bool { return value >= 1 && value <= most }

func validHost(text string) bool {
	text = strings.TrimSpace(text)
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		host, port = strings.Trim(text, "[]"), "1"
	}
	_, notAddress := netip.ParseAddr(host)
	return (notAddress == nil || hostPattern.MatchString(host)) && validPort(port, 1)
}

func validListen(text string) bool {
	host, port, err := net.SplitHostPort(text)
	_, notAddress := netip.ParseAddr(cmp.Or(host, "0.0.0.0"))
	return err == nil && (notAddress == nil || hostPattern.MatchString(host)) && validPort(port, 0)
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

func logLevel(text string) (level slog.Level, err error) {
	err = level.UnmarshalText([]byte(text))
	return level, err
}
