package sandbox

import (
	"fmt"
	"strings"
	"time"
)

// TaskTime is how long a task that makes labels takes, on the hub's clock: a fixed part and a part
// per label. The zero value is a minute per label.
type TaskTime struct {
	Fixed, PerLabel time.Duration
}

// ParseTaskTime reads a fixed part and a part per label, as "8s+1s"; a single duration is the part
// per label.
func ParseTaskTime(text string) (TaskTime, error) {
	var t TaskTime
	fixed, perLabel, both := strings.Cut(text, "+")
	if !both {
		fixed, perLabel = "0s", text
	}
	var err error
	if t.Fixed, err = time.ParseDuration(fixed); err == nil {
		t.PerLabel, err = time.ParseDuration(perLabel)
	}
	if err != nil || t.Fixed < 0 || t.PerLabel < 0 || t == (TaskTime{}) {
		return TaskTime{}, fmt.Errorf("%q is not how long a task takes: write a fixed part and one a label, as 8s+1s", text)
	}
	return t, nil
}

// MarshalText writes what ParseTaskTime reads.
func (t TaskTime) MarshalText() ([]byte, error) {
	return []byte(t.Fixed.String() + "+" + t.PerLabel.String()), nil
}

// UnmarshalText reads what ParseTaskTime reads; an empty text is the zero value.
func (t *TaskTime) UnmarshalText(text []byte) (err error) {
	*t = TaskTime{}
	if len(text) > 0 {
		*t, err = ParseTaskTime(string(text))
	}
	return err
}

// of is how long a task takes that makes so many labels.
func (t TaskTime) of(labels int) time.Duration {
	if t == (TaskTime{}) {
		t.PerLabel = labelTime
	}
	if labels == 0 {
		return min(failingTime, t.Fixed+t.PerLabel)
	}
	return t.Fixed + time.Duration(labels)*t.PerLabel
}
