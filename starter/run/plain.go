package run

import (
	"strconv"
	"strings"
	"unicode"
)

// plain makes words from outside fit one line of a terminal: no control
// characters, no invisible ones that turn text around.
func plain(words string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, words)
}

// count writes a number of things: 1 order, 2 orders.
func count(number int, thing string) string {
	if number == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(number) + " " + thing + "s"
}

func plainLines(words string) string {
	lines := strings.Split(strings.TrimSpace(words), "\n")
	for i, line := range lines {
		lines[i] = plain(line)
	}
	return strings.Join(lines, "\n  ")
}
