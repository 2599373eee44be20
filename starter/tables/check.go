package tables

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/samber/lo"
)

const advice = ": format the column as text and enter it again"

var (
	// rounded is what a spreadsheet makes of a long number: its last digits are gone.
	rounded = regexp.MustCompile(`^[+-]?(\d+([.,]\d+)?[eE][+-]\d+|\d+[.,]\d+[eE]\d+)$`)
	// floated is what a program makes of a number in a column with empty cells.
	floated   = regexp.MustCompile(`^\d+\.0+$`)
	decimal   = regexp.MustCompile(`^\d+,\d+$`)
	thousands = regexp.MustCompile(`^\d{1,3}(\.\d{3}){2,}$|^\d{1,3}(,\d{3}){2,}$`)
	// dated is a date, also as a spreadsheet writes 1-5: 01-may.
	dated = regexp.MustCompile(`(?i)^(\d{1,2}[/.-]\d{1,2}[/.-](19|20)\d\d|(19|20)\d\d[/-]\d{1,2}[/-]\d{1,2}([ T]\d.*)?|` +
		`\d{1,2}[-/](` + months + `)\.?([-/]\d{2,4})?|(` + months + `)\.?-\d{1,2})$`)
	hashes = regexp.MustCompile(`^#{2,}$`)
)

const months = "ene|jan|feb|fev|mar|abr|apr|may|mai|jun|jul|ago|aug|sep|sept|set|oct|out|nov|dic|dez|dec"

// faultyValues are what spreadsheets in our languages show for a formula without a value.
var faultyValues = lo.SliceToMap([]string{
	"#N/A", "#N/D", "#ND", "#REF!", "#¡REF!", "#VALUE!", "#¡VALOR!", "#VALOR!", "#DIV/0!", "#¡DIV/0!", "#NAME?", "#¿NOMBRE?", "#NOME?",
	"#NUM!", "#¡NUM!", "#NÚM!", "#NULL!", "#¡NULO!", "#NULO!", "#SPILL!", "#CALC!", "#GETTING_DATA",
}, func(value string) (string, bool) { return value, true })

// check returns a cell's text as it is read, and what is wrong with it; "" when nothing is. An apostrophe
// with which a spreadsheet marks a text is dropped, and makes the text exact.
func (l Layout) check(kind Kind, text string, exact bool) (string, bool, string) {
	text = trim(text)
	unmark := l.Unmark
	if unmark == nil {
		unmark = func(cell string) string { return strings.TrimPrefix(cell, "'") }
	}
	if strings.HasPrefix(text, "'") {
		text, exact = trim(unmark(text)), true
		return text, exact, ruined(kind, text)
	}
	if strings.HasPrefix(text, "=") {
		return text, exact, fmt.Sprintf("%.60q is a formula: save the table with values in place of formulas, and the column formatted as text", text)
	}
	text = unmark(text)
	return text, exact, ruined(kind, text)
}

// ruined says what a spreadsheet has done to a text of a kind; "" when nothing is seen.
func ruined(kind Kind, text string) string {
	upper := strings.ToUpper(text)
	switch {
	case utf8.RuneCountInString(text) > MaxCell:
		return fmt.Sprintf("the cell has more than %d characters", MaxCell)
	case faultyValues[upper], hashes.MatchString(text):
		return fmt.Sprintf("%q is an error of the spreadsheet", text)
	case kind == Text:
		return ""
	case rounded.MatchString(text):
		return fmt.Sprintf("%q is a long number that a spreadsheet has rounded%s", text, advice)
	case dated.MatchString(text):
		return fmt.Sprintf("%q is a date: a spreadsheet changed the original text into one%s", text, advice)
	case kind == Number && (floated.MatchString(text) || decimal.MatchString(text)), floated.MatchString(text) && len(text) > 8:
		return fmt.Sprintf("%q is a number with decimals, as programs write a column of numbers%s", text, advice)
	case kind == Number && thousands.MatchString(text):
		return fmt.Sprintf("%q has separators between its thousands%s", text, advice)
	}
	return ""
}

const (
	// keptDigits are the digits that a spreadsheet keeps of a number; keptByPrograms those of a float.
	keptDigits     = 15
	keptByPrograms = 17
	// doubtfulTail: so many zeros at the end may be the number's own; the column tells. More never are.
	doubtfulTail = 2
)

// zeroedTail is how many digits of a number may have been rounded to zeros; 0 for none.
func zeroedTail(text string) int {
	if len(text) <= keptDigits || strings.Trim(text, "0123456789") != "" {
		return 0
	}
	switch {
	case strings.Trim(text[keptDigits:], "0") == "":
		return len(text) - keptDigits
	case len(text) > keptByPrograms+doubtfulTail && strings.Trim(text[keptByPrograms:], "0") == "":
		return len(text) - keptByPrograms
	}
	return 0
}

// judgeTails refuses long numbers that end in zeros. Where that may be chance, the column is asked: a
// spreadsheet that rounds numbers rounds all of a column, so one in which two thirds keep their digits is whole.
func (t *Table) judgeTails() {
	for column, wanted := range t.layout.Columns {
		if wanted.Kind == Text || wanted.AnyTail {
			continue
		}
		long, zeroed := 0, 0
		for _, row := range t.Rows {
			if text := row.Cells[column]; !row.exact[column] && len(text) > keptDigits && strings.Trim(text, "0123456789") == "" {
				long++
				zeroed += lo.Ternary(zeroedTail(text) > 0, 1, 0)
			}
		}
		for i := range t.Rows {
			row := &t.Rows[i]
			tail := zeroedTail(row.Cells[column])
			if tail > doubtfulTail && !row.exact[column] || tail > 0 && !row.exact[column] && zeroed*3 > long {
				t.refuse(row, column, fmt.Sprintf("%q ends in zeros from its 16th digit on, as a spreadsheet leaves a long number%s; if it does end so, write an apostrophe before it", row.Cells[column], advice))
			}
		}
	}
}
