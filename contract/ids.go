package contract

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
)

var (
	keyPattern   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	runIDPattern = regexp.MustCompile(`^run/([A-Za-z0-9._-]{1,64})/([A-Za-z0-9._:-]{1,128})$`)
)

// ValidKey says whether a run may have this key.
func ValidKey(key string) bool { return keyPattern.MatchString(key) }

// RunID returns the workflow id of a LabelRun: run/<merchant>/<key>.
func RunID(merchant, key string) string { return "run/" + merchant + "/" + key }

// ParseRunID takes a LabelRun's workflow id apart. Colons, which a Schedule's
// time brings, become hyphens in the key.
func ParseRunID(id string) (merchant, key string, err error) {
	parts := runIDPattern.FindStringSubmatch(id)
	if parts == nil {
		return "", "", fmt.Errorf("workflow id %q is not run/<merchant>/<key> with letters, digits, dots, hyphens and underscores", id)
	}
	return parts[1], strings.ReplaceAll(parts[2], ":", "-"), nil
}

// ConnectionID returns the workflow id of the one ConnectionRun of a connection:
// connection/<merchant>/<channel>/<connection>. Channel and connection are escaped as in a path:
// Temporal's SDK sends workflow ids in headers too, which take ASCII alone.
func ConnectionID(merchant, channel, connection string) string {
	return "connection/" + merchant + "/" + url.PathEscape(channel) + "/" + url.PathEscape(connection)
}

// BatchID returns the workflow id of a LabelBatch: its connection's, then /batch/<run>-<number>,
// in a retry /batch/<run>-r<generation>-<number>.
func BatchID(merchant, channel, connection, run string, generation, number int) string {
	id := ConnectionID(merchant, channel, connection) + "/batch/" + run
	if generation > 1 {
		id += fmt.Sprintf("-r%d", generation)
	}
	return fmt.Sprintf("%s-%d", id, number)
}

// IntakeID is the workflow id of a merchant's Intake.
func IntakeID(merchant string) string { return "intake/" + merchant }

// CredentialsID is the workflow id of a merchant's Credentials.
func CredentialsID(merchant string) string { return "credentials/" + merchant }

// AnnounceID is the workflow id of an announcement.
func AnnounceID(merchant, id string) string { return "announce/" + merchant + "/" + id }

// StatusChangeID is the workflow id of a StatusChange.
func StatusChangeID(merchant, key string) string { return "status/" + merchant + "/" + key }

var statusChangeIDPattern = regexp.MustCompile(`^status/([A-Za-z0-9._-]{1,64})/([A-Za-z0-9._:-]{1,128})$`)

// ParseStatusChangeID takes a StatusChange's workflow id apart; colons become hyphens in the key.
func ParseStatusChangeID(id string) (merchant, key string, err error) {
	parts := statusChangeIDPattern.FindStringSubmatch(id)
	if parts == nil {
		return "", "", fmt.Errorf("workflow id %q is not status/<merchant>/<key> with letters, digits, dots, hyphens and underscores", id)
	}
	return parts[1], strings.ReplaceAll(parts[2], ":", "-"), nil
}
