package storage

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Kinds of objects: the first segment of every key, so that each kind can expire on its own.
const (
	kindLabels    = "labels"
	kindRuns      = "runs"
	kindRaw       = "raw"
	kindPublished = "published"
	kindAccounts  = "accounts"
	kindIntake    = "intake"
	kindStatuses  = "statuses"
	kindRates     = "rates"
)

var kinds = []string{kindLabels, kindRuns, kindRaw, kindPublished, kindAccounts, kindIntake, kindStatuses, kindPrints, kindSites, kindRates, kindPartners, kindRequests, kindWebhooks, kindEvents, kindSealing}

// kindsOfNobody are the kinds whose objects belong to no merchant.
var kindsOfNobody = []string{kindSites, kindRates, kindPartners, kindSealing}

// ErrKey means that no function of this package makes such a key: an id in it is empty, or its kind
// is unknown.
var ErrKey = errors.New("not a key of the label store")

// RunRequest is the request of a run; put once.
func RunRequest(merchant, run string) string {
	return RunPrefix(merchant, run) + "request.json"
}

// RunOrdersPrefix is where the references of a request with more than 100 orders are stored.
func RunOrdersPrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "orders/"
}

// RunBinsPrefix is where the table of bins of a run's SKUs is stored.
func RunBinsPrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "bins/"
}

// RunOutcome is an object with outcomes of a run's orders; parts are the connection and a name
// within it, such as a batch's number.
func RunOutcome(merchant, run string, parts ...string) string {
	if len(parts) == 0 {
		return RunOutcomePrefix(merchant, run) + invalidSegment
	}
	return RunOutcomePrefix(merchant, run) + strings.TrimSuffix(joinSegments(parts...), "/") + ".json"
}

// RunOutcomePrefix is where all outcomes of a run are stored.
func RunOutcomePrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "outcomes/"
}

// RunClaim says for which sale a run takes up an order that several sales name; put once.
func RunClaim(merchant, run, connection string, generation int, order string) string {
	return RunPrefix(merchant, run) + "claims/" + joinSegments(connection, strconv.Itoa(generation)) + keySegment(order) + ".json"
}

// RunPrintPrefix is where a run's joined files are stored.
func RunPrintPrefix(merchant, run string) string {
	return RunPrefix(merchant, run) + "print/"
}

// ManifestJSON is a run's manifest; put once.
func ManifestJSON(merchant, run string) string {
	return RunPrefix(merchant, run) + "manifest.json"
}

// ManifestCSV is the same manifest as CSV; put once.
func ManifestCSV(merchant, run string) string {
	return RunPrefix(merchant, run) + "manifest.csv"
}

// RunPrefix is where everything of one run is stored.
func RunPrefix(merchant, run string) string {
	return joinSegments(kindRuns, merchant) + runName(run) + "/"
}

// RunsPrefix is where all runs of a merchant are stored.
func RunsPrefix(merchant string) string {
	return joinSegments(kindRuns, merchant)
}

// LabelPrefix is where the single label files of a connection are stored.
func LabelPrefix(merchant, connection string) string {
	return joinSegments(kindLabels, merchant, connection, "files")
}

// LabelsPrefix is where all that belongs to a merchant's labels is stored.
func LabelsPrefix(merchant string) string { return joinSegments(kindLabels, merchant) }

// LabelPicture is a page of a label with this SHA-256 (hex) as a picture of so many dots per inch; put once.
func LabelPicture(merchant, sha256 string, page, dpi int) string {
	// No connection's id becomes !pictures.
	return LabelsPrefix(merchant) + "!pictures/" + keySegment(sha256) + fmt.Sprintf("-%d-%d.png", page, dpi)
}

// WaitingLabel is the record of an order's label that no run has published yet; put once.
func WaitingLabel(merchant, connection, order string) string {
	return WaitingPrefix(merchant, connection) + keySegment(order) + ".json"
}

// WaitingPrefix is where the records of a connection's unpublished labels are stored.
func WaitingPrefix(merchant, connection string) string {
	return joinSegments(kindLabels, merchant, connection, "waiting")
}

// OutstandingLabels names the orders of a request of a run of which the run may not learn what became; put once.
func OutstandingLabels(merchant, connection, run string, generation, batch int) string {
	return OutstandingPrefix(merchant, connection) + runName(run) + fmt.Sprintf("-%d-%d.json", generation, batch)
}

// OutstandingPrefix is where such requests of a connection are stored.
func OutstandingPrefix(merchant, connection string) string {
	return joinSegments(kindLabels, merchant, connection, "outstanding")
}

// TaskTimes records how long the label tasks of a connection took recently.
func TaskTimes(merchant, connection string) string {
	return joinSegments(kindLabels, merchant, connection) + "task-times.json"
}

// RawPrefix is where a connection's files are stored as they came from the hub.
func RawPrefix(merchant, connection string) string {
	return joinSegments(kindRaw, merchant, connection)
}

// FirstPublication records which run was the first that published an order's label; put once.
func FirstPublication(merchant, order string) string {
	return joinSegments(kindPublished, merchant) + keySegment(order) + ".json"
}

// BroughtPrefix is where the labels that partners bring for a merchant's orders are stored as they came.
func BroughtPrefix(merchant string) string {
	return joinSegments(kindRaw, merchant) + "!brought/" // no connection's id becomes this
}

// PublishedOrder records that a further run published an order's label; put once.
func PublishedOrder(merchant, order, run string) string {
	return PublishedPrefix(merchant, order) + runName(run) + ".json"
}

// PublishedPrefix is where the records of the further runs that published an order's label are stored.
func PublishedPrefix(merchant, order string) string {
	return joinSegments(kindPublished, merchant, order)
}

// AccountsPrefix is where a merchant's account is stored; it never expires.
func AccountsPrefix(merchant string) string {
	return joinSegments(kindAccounts, merchant)
}

// AllAccountsPrefix is where every merchant's account is stored.
func AllAccountsPrefix() string { return kindAccounts + "/" }

// AccountCredentials is where a merchant's tokens are stored, encrypted. A merchant with such an
// object is connected.
func AccountCredentials(merchant string) string {
	return AccountsPrefix(merchant) + "credentials.json"
}

// AccountSettings holds a merchant's settings: pauses, limits, policies.
func AccountSettings(merchant string) string {
	return AccountsPrefix(merchant) + "settings.json"
}

// RateShares says which worker may use how much of each merchant's rate at the hub; it never expires.
func RateShares() string { return kindRates + "/shares.json" }

// IntakePrefix is where a merchant's intake stores what it knows about orders.
func IntakePrefix(merchant string) string {
	return joinSegments(kindIntake, merchant)
}

// IntakeOrder is what the intake knows about one delivery order.
func IntakeOrder(merchant, order string) string {
	return IntakeOrdersPrefix(merchant) + keySegment(order) + ".json"
}

// IntakeOrdersPrefix is where what the intake knows about each delivery order is stored.
func IntakeOrdersPrefix(merchant string) string {
	return joinSegments(kindIntake, merchant, "orders")
}

// StatusesPrefix is where everything of one status change is stored.
func StatusesPrefix(merchant, key string) string {
	return joinSegments(kindStatuses, merchant) + runName(key) + "/"
}

// NotificationsPrefix is where webhook notifications are stored as they came.
func NotificationsPrefix(merchant string) string {
	return joinSegments(kindRaw, merchant, "notifications")
}

// MerchantPrefixes lists the prefixes of everything that belongs to a merchant.
func MerchantPrefixes(merchant string) []string {
	var prefixes []string
	for _, kind := range kinds {
		if !slices.Contains(kindsOfNobody, kind) {
			prefixes = append(prefixes, joinSegments(kind, merchant))
		}
	}
	return prefixes
}

func joinSegments(ids ...string) string {
	var path strings.Builder
	for _, id := range ids {
		path.WriteString(keySegment(id) + "/")
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
		return fmt.Errorf("storage: %.200q: %w: an id in it is empty, or another program made it", key, ErrKey)
	}
	return nil
}

// checkPrefix accepts what checkKey accepts, followed by a slash.
func checkPrefix(prefix string) error {
	return checkKey(strings.TrimSuffix(prefix, "/") + "/x")
}

// fileKey is the key of a file with this SHA-256 (hex) under a prefix.
func fileKey(prefix, sum, extension string) (string, error) {
	if !strings.HasSuffix(prefix, "/") {
		return "", fmt.Errorf("storage: prefix %.200q: %w: it must end with a slash", prefix, ErrKey)
	}
	if !extensionPattern.MatchString(extension) {
		return "", fmt.Errorf("storage: extension %.20q: %w: it must be a dot and up to eight small letters or digits", extension, ErrKey)
	}
	key := prefix + sum[:12] + extension
	return key, checkKey(key)
}
