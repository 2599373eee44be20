package tables

import (
	"encoding/xml"
	"regexp"
	"strconv"
	"strings"
)

// maxStyles bounds the styles of a workbook: Excel has at most 65,490.
const maxStyles = 1 << 16

// style is what matters of how a cell is shown.
type style struct {
	// date: as a date or a time.
	date bool
	// zeros is how many digits are shown at least.
	zeros int
}

func (b *book) style(index string) style {
	i, err := strconv.Atoi(index)
	if err != nil || i < 0 || i >= len(b.styles) {
		return style{}
	}
	return b.styles[i]
}

// readStyles reads how the cells of each style are shown.
func (b *book) readStyles() error {
	formats := map[string]string{}
	inCells := false
	return b.walk(stylesPart, func(token xml.Token) error {
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "numFmt":
				if len(formats) < maxStyles {
					formats[attribute(token, "numFmtId")] = attribute(token, "formatCode")
				}
			case "cellXfs":
				inCells = true
			case "xf":
				if inCells && len(b.styles) < maxStyles {
					id := attribute(token, "numFmtId")
					b.styles = append(b.styles, styleOf(id, formats[id]))
				}
			}
		case xml.EndElement:
			if token.Name.Local == "cellXfs" {
				inCells = false
			}
		}
		return nil
	})
}

var (
	notFormat = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]|_.|\*.`)
	allZeros  = regexp.MustCompile(`^0{2,}$`)
)

// styleOf reads a number format: one of those that every workbook has, by its id, or one of its own.
func styleOf(id, code string) style {
	if number, err := strconv.Atoi(id); err == nil && code == "" {
		return style{date: number >= 14 && number <= 22 || number >= 27 && number <= 36 || number >= 45 && number <= 47 || number >= 50 && number <= 58}
	}
	code, _, _ = strings.Cut(notFormat.ReplaceAllString(code, ""), ";")
	if strings.EqualFold(code, "general") {
		return style{}
	}
	s := style{date: strings.ContainsAny(strings.ToLower(code), "ymdhs")}
	if allZeros.MatchString(code) {
		s.zeros = len(code)
	}
	return s
}
