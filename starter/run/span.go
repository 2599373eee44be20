package run

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	day     = 24 * time.Hour
	maxSpan = 366 * day
)

// Span is a length of time as people write it: "90m", "2h", "7d", "1d12h".
type Span time.Duration

// UnmarshalText reads a span; it must be longer than nothing and at most a year.
func (s *Span) UnmarshalText(text []byte) error {
	words := strings.TrimSpace(string(text))
	var total time.Duration
	rest := words
	if days, after, found := strings.Cut(words, "d"); found {
		count, err := strconv.ParseFloat(days, 64)
		if err != nil || !(count >= 0 && count <= maxSpan.Hours()/24) {
			return spanError(words)
		}
		total, rest = time.Duration(count*float64(day)), after
	}
	if rest != "" {
		length, err := time.ParseDuration(rest)
		if err != nil {
			return spanError(words)
		}
		total += length
	}
	if total <= 0 || total > maxSpan {
		return spanError(words)
	}
	*s = Span(total)
	return nil
}

func spanError(words string) error {
	return fmt.Errorf("%q is not a length of time: write 90m, 2h, 7d or 1d12h, at most 366d", words)
}
