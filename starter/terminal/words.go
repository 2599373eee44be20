package terminal

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/contract"
)

// SourceNote says where figures come from when that is not the run itself; "" when it is.
func SourceNote(source client.Source) string {
	switch source {
	case client.FromRun:
	case client.FromTemporal:
		return "no worker answers on task queue " + contract.TaskQueue + ": these are the figures that Temporal has noted last"
	case client.FromStore:
		return "Temporal no longer keeps this run: this is the result that it left in the label store"
	}
	return ""
}

// MomentWords is a moment as people read it.
func MomentWords(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04")
}

// ChannelName is the name of a marketplace for people.
func ChannelName(slug string) string {
	if slug == "" {
		return ""
	}
	return channels.BySlug(slug).Name
}

// Plain makes words from outside fit one line of a terminal: no control
// characters, no invisible ones that turn text around.
func Plain(words string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, words)
}

// Count writes a number of things: 1 order, 2 orders.
func Count(number int, thing string) string {
	if number == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(number) + " " + thing + "s"
}

// PlainLines are lines without control characters.
func PlainLines(words string) string {
	lines := strings.Split(strings.TrimSpace(words), "\n")
	for i, line := range lines {
		lines[i] = Plain(line)
	}
	return strings.Join(lines, "\n  ")
}

// ConnectionName is what people call a connection.
func ConnectionName(c contract.ConnectionResult) string { return Plain(cmp.Or(c.Name, c.ID)) }

func stateWords(state contract.ConnectionState) string {
	return strings.ReplaceAll(Plain(string(state)), "_", " ")
}

// Cut shortens a line to a width in characters.
func Cut(line string, width int) string {
	if runes := []rune(line); len(runes) > width && width > 0 {
		return string(runes[:width-1]) + "…"
	}
	return line
}

// SizeWords writes a number of bytes for people.
func SizeWords(bytes int64) string {
	switch {
	case bytes >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
	case bytes >= 1<<10:
		return fmt.Sprintf("%.0f kB", float64(bytes)/(1<<10))
	}
	return fmt.Sprintf("%d B", bytes)
}
