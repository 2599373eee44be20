package zpl

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var (
	// otherLanguage matches the beginnings of languages that printers also accept: SGD and CPCL ("!
	// U1", "! 0 200"), PJL, and the escape character that introduces it. Printers may pass over
	// control characters between them.
	otherLanguage = regexp.MustCompile(`(?i)![\x00-\x20]*U[\x00-\x20]*1?([\x00-\x20]|$)|![\x00-\x20]*[0-9]+[\x00-\x20]+[0-9]+|![\x00-\x20]*(DF|UTILITIES)\b|@[\x00-\x1f]*P[\x00-\x1f]*J[\x00-\x1f]*L|\x1b`)
	// otherJob matches lines of languages that are harmless within a text: PostScript, EPL, TSPL
	// and DPL.
	otherJob  = regexp.MustCompile(`(?m)^\s*(%!|N\s*$|[qQZ][0-9]+(,[0-9]+)?\s*$|P[0-9]+(,[0-9]+)?\s*$|[AB][0-9]+,[0-9]+,[0-9]|[GF][KMW]"|SIZE\s+[0-9]|CLS\s*$|PRINT\s+[0-9]|DOWNLOAD\b|KILL\b|SELFTEST\b)|\x02[a-zA-Z]|\x1d[!-z]`)
	plainName = regexp.MustCompile(`^[A-Z0-9_-]{1,16}\.[A-Z0-9]{1,4}$`)
)

// largestUnit bounds the memory that a label needs in a printer.
const largestUnit = 2 << 20

// allows is the allow-list for a command of a format.
func (r *Report) allows(t *token) bool {
	switch {
	case t.prefix != '^' || t.class&drawing == 0:
		return false
	case t.code == cmdFX:
		return t.traits&suspicious == 0 || !otherLanguage.Match(t.param())
	case t.code == cmdMC:
		return startsWithYes(t.param())
	}
	return true
}

// cleanParameter repairs a parameter of a piece: one copy, nothing that belongs to no command, and no
// byte that could be taken for a different command.
func (c *cutter) cleanParameter(t *token, p *piece) {
	switch {
	case t.class&examined != 0 && t.code == cmdPQ:
		*t = c.oneCopy(*t)
	case t.class&graphData != 0:
		*t = c.cleanGraphic(*t, p)
	case t.traits&^beyondASCII != 0:
		*t = c.cleanText(*t)
	}
}

func (c *cutter) cleanText(t token) token {
	if t.class&wholeText == 0 {
		t = c.withoutLines(t)
	}
	if t.traits&prefixByte != 0 {
		t = withoutLastPrefix(t)
	}
	foreign := t.traits&suspicious != 0 && otherLanguage.Match(t.param())
	switch {
	case t.traits&literal == 0 && !foreign:
		return t
	case t.class&fieldData == 0:
		return withoutLastPrefix(c.withoutForeign(t))
	}
	return c.escaped(t, foreign)
}

// withoutLines removes text on the lines after a command.
func (c *cutter) withoutLines(t token) token {
	const blanks = " \t\r\n"
	param := t.param()
	for at := 0; at < len(param); at++ {
		if param[at] != '\r' && param[at] != '\n' {
			continue
		}
		after := bytes.TrimLeft(param[at:], blanks)
		if len(after) == 0 {
			return t
		}
		if !goesOn(bytes.TrimRight(param[:at], blanks), firstLine(after)) {
			c.report.removeText(after)
			return t.with(append(bytes.Clone(param[:at]), '\n'))
		}
		at = len(param) - len(after)
	}
	return t
}

// goesOn reports whether values continue across a line end, which printers ignore.
func goesOn(before, after []byte) bool {
	return bytes.HasSuffix(before, []byte(",")) || after[0] == ',' || len(bytes.Trim(after, "0123456789,")) == 0
}

// withoutLastPrefix removes a prefix with no command after it.
func withoutLastPrefix(t token) token {
	param := t.param()
	if last := bytes.TrimRight(param, "\r\n"); len(last) == 0 || !isPrefix(last[len(last)-1]) {
		return t
	}
	return t.with(bytes.TrimRight(param, "^~\x1e\x10\r\n"))
}

func isPrefix(c byte) bool { return c == '^' || c == '~' || c == controlCaret || c == controlTilde }

// withoutForeign cuts a parameter that is not text where another language begins.
func (c *cutter) withoutForeign(t token) token {
	param := bytes.Clone(t.param())
	for i, b := range param {
		if b == '^' || b == '~' {
			param[i] = ' '
		}
	}
	if at := otherLanguage.FindIndex(param); at != nil {
		c.report.removeText(param[at[0]:])
		param = param[:at[0]]
	}
	return t.with(param)
}

// escaped writes bytes of a field's text as ^FH escapes, which print the same.
func (c *cutter) escaped(t token, foreign bool) token {
	special := ""
	if isLetter(c.indicator) { // after a prefix, an escape would read like a command
		special = "^~"
	}
	if foreign {
		special += "!@\x1b"
		c.report.addRepair("text that reads like another printer language was written with escapes")
	}
	if c.indicator == 0 {
		c.indicator = '_'
		special += "_"
		escapes := newToken(cmdFH, "")
		c.keepToken(&escapes)
	}
	var out bytes.Buffer
	for _, b := range t.param() {
		if c.scanner.traits[b]&literal != 0 || strings.IndexByte(special, b) >= 0 {
			fmt.Fprintf(&out, "%c%02X", c.indicator, b)
			continue
		}
		out.WriteByte(b)
	}
	return t.with(out.Bytes())
}

// oneCopy reduces ^PQ to one label without a pause: each parcel is printed once. It notes how many
// were asked for.
func (c *cutter) oneCopy(t token) token {
	param := t.param()
	values := bytes.Split(bytes.TrimSpace(firstLine(param)), []byte(","))
	quantity, err := strconv.Atoi(string(bytes.TrimSpace(values[0])))
	if err == nil {
		c.open.copies.quantity = quantity
	}
	if len(values) > 2 {
		c.open.copies.replicates, _ = strconv.Atoi(string(bytes.TrimSpace(values[2]))) // 0 is none
	}
	if err == nil && quantity == 1 && isAtMost(values, 1, 0) && isAtMost(values, 2, 1) && t.traits&^lineEnd == 0 && isBlank(param[len(firstLine(param)):]) {
		return t
	}
	blanks := param[len(bytes.TrimRight(param, " \r\n\t")):]
	return t.with(append([]byte("1"), blanks...))
}

// isAtMost reports whether a value is left out or a number up to most.
func isAtMost(values [][]byte, index, most int) bool {
	if index >= len(values) || isBlank(values[index]) {
		return true
	}
	n, err := strconv.Atoi(string(bytes.TrimSpace(values[index])))
	return err == nil && n <= most
}

func firstLine(param []byte) []byte {
	if end := bytes.IndexAny(param, "\r\n"); end >= 0 {
		return param[:end]
	}
	return param
}

func startsWithYes(param []byte) bool {
	param = bytes.TrimSpace(param)
	return len(param) == 0 || param[0]|0x20 == 'y'
}

// whyRefused says why a unit must not be printed; "" if it may be.
func whyRefused(pieces []piece) string {
	size, filled, damage := 0, false, ""
	for _, p := range pieces {
		for _, s := range p.defines {
			if !plainName.MatchString(s.name) {
				return fmt.Sprintf("it stores something under the name %q, which could overwrite what belongs to other labels", s.name)
			}
		}
		size += len(p.raw)
		filled = filled || p.text || p.classes&carrying != 0
		damage = cmp.Or(damage, p.damage)
	}
	switch {
	case size > largestUnit:
		return fmt.Sprintf("the label is larger than %d bytes", largestUnit)
	case !filled && damage != "":
		return "nothing else is on the label, and " + damage
	case !filled:
		return "the label is empty: it has no text, barcode or graphic"
	}
	return ""
}
