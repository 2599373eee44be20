package activities

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"
)

// OrderReference names an order as a caller knows it: delivery order id or
// code, checkout id or code, the marketplace's order number, or PackageId.
type OrderReference struct {
	Order string `json:"order"`
	// Connection limits the search to one marketplace connection; may be empty.
	Connection string `json:"connection,omitempty"`
}

// ConnectionWorkflowID is the workflow id of the one ConnectionRun of a connection. The hub's id is
// escaped as in a path: Temporal's SDK sends workflow ids in headers too, which take ASCII alone.
func ConnectionWorkflowID(merchant, connection string) string {
	return "connection/" + merchant + "/" + url.PathEscape(connection)
}

// Duration is a time.Duration that reads and writes JSON as "1h30m" and also
// reads seconds as a number.
type Duration time.Duration

// MarshalJSON writes the duration as Go prints it.
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads "90m" or a number of seconds.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var seconds float64
	if json.Unmarshal(data, &seconds) == nil {
		*d = Duration(seconds * float64(time.Second))
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a duration is text such as \"2h\" or a number of seconds: %w", err)
	}
	if text == "" {
		*d = 0
		return nil
	}
	parsed, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("a duration is text such as \"2h\" or a number of seconds: %w", err)
	}
	*d = Duration(parsed)
	return nil
}
