package storage

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Kinds of objects: the first segment of every key, so that expiry can be by kind.
const (
	kindLabels    = "labels"
	kindRuns      = "runs"
	kindRaw       = "raw"
	kindPublished = "published"
	kindAccounts  = "accounts"
	kindIntake    = "intake"
	kindStatuses  = "statuses"
)

var kinds = []string{kindLabels, kindRuns, kindRaw, kindPublished, kindAccounts, kindIntake, kindStatuses}

// ErrKey is the answer to a key that no function of this package makes: an id in it is
// empty, or its kind is unknown.
var ErrKey = errors.New("not a key of the label store")

// RunRequest is what a run was asked for: put once.
func RunRequest(merchant, run string) string {
	return RunPrefix(merchant, run) + "request.json"
}

// RunOrdersPrefix is where the references of a request that names more than 100 orders stand.
func RunOrdersPrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "orders/"
}

// RunBinsPrefix is where it stands in which bin a run's SKUs lie.
func RunBinsPrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "bins/"
}

// RunOutcome is an object with outcomes of a run's orders; parts are the connection and a
// name within it (a batch's number, for one).
func RunOutcome(merchant, run string, parts ...string) string {
	if len(parts) == 0 {
		return RunOutcomePrefix(merchant, run) + noName
	}
	return RunOutcomePrefix(merchant, run) + strings.TrimSuffix(directory(parts...), "/") + ".json"
}

// RunOutcomePrefix is where all outcomes of a run stand.
func RunOutcomePrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "outcomes/"
}

// RunClaim says as which sale's order a run takes up an order that several sales name: put once.
func RunClaim(merchant, run, connection string, generation int, order string) string {
	return RunPrefix(merchant, run) + "claims/" + directory(connection, strconv.Itoa(generation)) + name(order) + ".json"
}

// RunPrintPrefix is where a run's joined files stand.
func RunPrintPrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "print/"
}

// ManifestJSON is a run's manifest: put once.
func ManifestJSON(merchant, run string) string {
	return RunPrefix(merchant, run) + "manifest.json"
}

// ManifestCSV is the same manifest as CSV: put once.
func ManifestCSV(merchant, run string) string {
	return RunPrefix(merchant, run) + "manifest.csv"
}

// RunPrefix is where everything of one run stands.
func RunPrefix(merchant, run string) string {
	return directory(kindRuns, merchant) + runName(run) + "/"
}

// RunsPrefix is where all runs of a merchant stand.
func RunsPrefix(merchant string) string {
	return directory(kindRuns, merchant)
}

// LabelPrefix is where the single label files of a connection stand.
func LabelPrefix(merchant, connection string) string {
	return directory(kindLabels, merchant, connection, "files")
}

// Waiting is the record of an order's label that no run has published yet: put once.
func Waiting(merchant, connection, order string) string {
	return WaitingPrefix(merchant, connection) + name(order) + ".json"
}

// WaitingPrefix is where the records of a connection's unpublished labels stand.
func WaitingPrefix(merchant, connection string) string {
	return directory(kindLabels, merchant, connection, "waiting")
}

// TaskTimes is how long the label tasks of a connection took lately.
func TaskTimes(merchant, connection string) string {
	return directory(kindLabels, merchant, connection) + "task-times.json"
}

// RawPrefix is where a connection's files stand as they came from the hub.
func RawPrefix(merchant, connection string) string {
	return directory(kindRaw, merchant, connection)
}

// Published says that a run has published an order's label: put once.
func Published(merchant, order, run string) string {
	return PublishedPrefix(merchant, order) + runName(run) + ".json"
}

// PublishedPrefix is where the runs that have published an order's label stand.
func PublishedPrefix(merchant, order string) string {
	return directory(kindPublished, merchant, order)
}

// AccountsPrefix is where a merchant's credentials stand; they never expire.
func AccountsPrefix(merchant string) string {
	return directory(kindAccounts, merchant)
}

// AllAccountsPrefix is where every merchant's account stands.
func AllAccountsPrefix() string { return kindAccounts + "/" }

// AccountCredentials is where a merchant's tokens stand, encrypted. A merchant with such an
// object is connected.
func AccountCredentials(merchant string) string {
	return AccountsPrefix(merchant) + "credentials.json"
}

// AccountSettings is what is settled for a merchant: pauses, limits, policies.
func AccountSettings(merchant string) string {
	return AccountsPrefix(merchant) + "settings.json"
}

// IntakePrefix is where a merchant's intake keeps what it knows of orders.
func IntakePrefix(merchant string) string {
	return directory(kindIntake, merchant)
}

// IntakeOrder is what the intake knows of one delivery order.
func IntakeOrder(merchant, order string) string {
	return IntakeOrdersPrefix(merchant) + name(order) + ".json"
}

// IntakeOrdersPrefix is where what the intake knows of each delivery order stands.
func IntakeOrdersPrefix(merchant string) string {
	return directory(kindIntake, merchant, "orders")
}

// StatusesPrefix is where everything of one status change stands.
func StatusesPrefix(merchant, key string) string {
	return directory(kindStatuses, merchant) + runName(key) + "/"
}

// NoticesPrefix is where webhook notices stand as they came.
func NoticesPrefix(merchant string) string {
	return directory(kindRaw, merchant, "notices")
}

// MerchantPrefixes is where everything of a merchant stands.
func MerchantPrefixes(merchant string) []string {
	prefixes := make([]string, len(kinds))
	for i, kind := range kinds {
		prefixes[i] = directory(kind, merchant)
	}
	return prefixes
}

func directory(ids ...string) string {
	var path strings.Builder
	for _, id := range ids {
		path.WriteString(name(id) + "/")
	}
	return path.String()
}

var (
	keyPattern       = regexp.MustCompile(`^[a-z]+(/[A-Za-z0-9._!-]{1,140})+$`)
	dotSegment       = regexp.MustCompile(`\.\.|/\.(/|$)`)
	extensionPattern = regexp.MustCompile(`^\.[a-z0-9]{1,8}$`)
)

const maxKeyLength = 1024

func checkKey(key string) error {
	kind, _, _ := strings.Cut(key, "/")
	if len(key) > maxKeyLength || !keyPattern.MatchString(key) || dotSegment.MatchString(key) || !slices.Contains(kinds, kind) {
		return fmt.Errorf("storage: %.200q: %w: an id in it is empty, or it was not made by the label store", key, ErrKey)
	}
	return nil
}

// checkPrefix takes what checkKey takes, and a slash at the end.
func checkPrefix(prefix string) error {
	return checkKey(strings.TrimSuffix(prefix, "/") + "/x")
}

// fileKey is where a file with this SHA-256 (hex) stands under a prefix.
func fileKey(prefix, sum, extension string) (string, error) {
	if !strings.HasSuffix(prefix, "/") {
		return "", fmt.Errorf("storage: prefix %.200q: %w: it has to end with a slash", prefix, ErrKey)
	}
	if !extensionPattern.MatchString(extension) {
		return "", fmt.Errorf("storage: extension %.20q: %w: a dot and up to eight small letters or digits are needed", extension, ErrKey)
	}
	key := prefix + sum[:12] + extension
	return key, checkKey(key)
}
