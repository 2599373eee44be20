package zpl

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/samber/lo"
)

var (
	// otherLanguage matches the openings of languages that printers also listen
	// to: SGD and CPCL ("! U1", "! 0 200"), PJL, and the escape that leads to it.
	otherLanguage = regexp.MustCompile(`(?i)!\s*U1?\s|!\s*[0-9]+\s+[0-9]+|!\s*(DF|UTILITIES)\b|@PJL|\x1b`)
	plainName     = regexp.MustCompile(`^[A-Z0-9_-]{1,16}\.[A-Z0-9]{1,4}$`)
)

// largestUnit bounds the memory that a label asks of a printer.
const largestUnit = 2 << 20

// clean is the allow-list for one token of a format. The second value is false
// when the token must not reach a printer.
func (r *Report) clean(t token) (token, bool) {
	allowed := t.prefix == 0 || t.prefix == '^' && drawing[t.code]
	switch {
	case !allowed, t.is("FX") && speaksOtherLanguage(t.param), t.is("MC") && !startsWithYes(t.param):
		r.remove(t)
		return t, false
	case t.prefix == 0:
		r.remove(t)
		return token{raw: blanksOf(t.raw)}, true
	case t.is("PQ"):
		return r.oneCopy(t), true
	}
	return r.untangled(t), true
}

// untangled takes away what follows a command without belonging to it: text on
// the next line, and a prefix with no command behind it.
func (r *Report) untangled(t token) token {
	whole := t.fieldData() || t.is("FX", "GF", "DG", "DY")
	if line := bytes.IndexAny(t.param, "\r\n"); !whole && line >= 0 && len(bytes.TrimSpace(t.param[line:])) > 0 {
		r.remove(token{param: t.param[line:]})
		t.param = append(bytes.Clone(t.param[:line]), '\n')
		t = spelt(t)
	}
	if last := bytes.TrimRight(t.param, "\r\n"); !t.is("GF", "DY") && len(last) > 0 && bytes.ContainsRune([]byte("^~"), rune(last[len(last)-1])) {
		t.param = bytes.TrimRight(t.param, "^~\r\n")
		t = spelt(t)
	}
	return t
}

// oneCopy holds ^PQ to one label without a pause: each parcel is printed once.
func (r *Report) oneCopy(t token) token {
	quantity, err := strconv.Atoi(string(bytes.TrimSpace(firstValue(t.param))))
	if err == nil && quantity > 1 {
		r.repaired(fmt.Sprintf("%d copies of a label (^PQ) were held to one", quantity))
	}
	blanks := t.param[len(bytes.TrimRight(t.param, " \r\n\t")):]
	t.param = append([]byte("1"), blanks...)
	return spelt(t)
}

func speaksOtherLanguage(text []byte) bool {
	return bytes.ContainsAny(text, "!@\x1b") && otherLanguage.Match(text)
}

func startsWithYes(param []byte) bool {
	param = bytes.TrimSpace(param)
	return len(param) == 0 || param[0]|0x20 == 'y'
}

func blanksOf(text []byte) []byte {
	return bytes.Map(func(r rune) rune { return lo.Ternary(strings.ContainsRune(" \t\r\n", r), r, -1) }, text)
}

// cleanDownload accepts graphics only: fonts, certificates and programs that
// ~DY can carry stay out.
func (r *Report) cleanDownload(t token) bool {
	_, name := deviceAndName(t)
	graphic := t.code == "DG"
	if values := bytes.SplitN(t.param, []byte(","), 4); t.code == "DY" && len(values) == 4 {
		graphic = lo.Contains([]string{"G", "P"}, strings.ToUpper(string(bytes.TrimSpace(values[2]))))
	}
	if graphic && plainName.MatchString(name) {
		return true
	}
	r.remove(t)
	return false
}

// refusal says why a unit must not be printed, or nothing.
func refusal(pieces []piece) string {
	size, filled := 0, false
	for _, p := range pieces {
		for _, name := range p.defines {
			if !plainName.MatchString(name) {
				return fmt.Sprintf("it stores something under the name %q, which could touch what is not its own", name)
			}
		}
		for _, t := range p.tokens {
			if size += len(t.raw); size > largestUnit {
				return fmt.Sprintf("the label is larger than %d bytes", largestUnit)
			}
			filled = filled || t.prefix == '^' && content[t.code]
			filled = filled || t.is("SN") || t.fieldData() && len(bytes.TrimSpace(t.param)) > 0
			if t.fieldData() && speaksOtherLanguage(t.param) {
				return "its text holds commands of another printer language"
			}
		}
	}
	if !filled {
		return "the label is empty: it has no text, barcode or graphic"
	}
	return ""
}
