package board

import (
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/samber/lo"
)

// maxScan bounds the text of a scan, in bytes: the largest code on a parcel's label has 2,335.
const maxScan = 4096

// ErrScan means that a text is no scan: empty, too long, or without a letter or digit.
var ErrScan = errors.New("this is no scan")

// Codes are what a scanned text may name, each as [Code] writes it. Whole are those that it says itself,
// the likeliest first; Parts are numbers of at least 8 digits within it.
type Codes struct{ Whole, Parts []string }

var (
	// symbology begins what a scanner sends that names the kind of barcode (ISO/IEC 15424): ]C1 for GS1-128.
	symbology = regexp.MustCompile(`^\][A-Za-z][0-9A-Za-z]`)
	// gs1 are the numbers that may stand first in a GS1 code: (01) a product, (00) a parcel.
	gs1        = regexp.MustCompile(`^\(?(?:01\)?(\d{14})|00\)?(\d{18}))`)
	longNumber = regexp.MustCompile(`\d{8,}`)
)

// ReadScan reads a scanned text: without control characters, symbology, and what is around a number in a
// QR code of JSON (Mercado Libre's) or in an address.
func ReadScan(text string) (codes Codes, err error) {
	if len(text) > maxScan {
		return codes, ErrScan
	}
	text = strings.ToValidUTF8(text, "")
	text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) })
	named := symbology.FindString(text)
	text = strings.TrimPrefix(text, named)
	// A GS1 code ends its parts of no fixed length with the control character GS.
	parts := strings.FieldsFunc(text, unicode.IsControl)
	whole := slices.Concat(ofJSON(text), ofAddress(text))
	if len(whole) == 0 {
		for _, part := range append([]string{strings.Join(parts, "")}, parts...) {
			whole = append(whole, part)
			if m := gs1.FindStringSubmatch(part); m != nil {
				whole = append(whole, m[1]+m[2])
			}
		}
	}
	codes.Whole = tidy(whole)
	codes.Parts = lo.Without(tidy(longNumber.FindAllString(text, maxCodes)), codes.Whole...)
	if len(codes.Whole) == 0 {
		return codes, ErrScan
	}
	return codes, nil
}

// maxCodes bounds what one scan may name.
const maxCodes = 16

func tidy(texts []string) []string {
	codes := lo.Uniq(lo.Compact(lo.Map(texts, func(text string, _ int) string { return Code(text) })))
	return codes[:min(len(codes), maxCodes)]
}

// Code writes a number or name as codes are compared: letters and digits alone, in capitals, a number
// without leading zeros. So hyphens that a keyboard's layout turns into something else do not matter.
func Code(text string) string {
	code := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, text)
	if strings.Trim(code, "0123456789") == "" {
		code = strings.TrimLeft(code, "0")
	}
	return code
}

// ofJSON are the values of a JSON object that may name a parcel, "id" first.
func ofJSON(text string) (values []string) {
	if !strings.HasPrefix(text, "{") {
		return nil
	}
	var object map[string]any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&object) != nil {
		return nil
	}
	for _, name := range slices.SortedFunc(maps.Keys(object), func(a, b string) int { return strings.Compare(rank(a)+a, rank(b)+b) }) {
		if rank(name) == "" {
			continue
		}
		switch value := object[name].(type) {
		case string:
			values = append(values, value)
		case json.Number:
			values = append(values, value.String())
		}
	}
	return values
}

// rank orders the names under which a code names a parcel; empty for others, such as a sender's.
func rank(name string) string {
	switch Code(name) {
	case "ID":
		return "1"
	case "SHIPMENTID", "TRACKINGNUMBER", "TRACKING", "TRACKINGID":
		return "2"
	case "ORDERID", "ORDER", "PACKID", "PACKAGEID", "CODE", "GUIA", "PEDIDO":
		return "3"
	}
	return ""
}

// ofAddress are the parts of an address that may name a parcel.
func ofAddress(text string) (values []string) {
	address, err := url.Parse(text)
	if err != nil || address.Host == "" {
		return nil
	}
	query := address.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		if rank(name) != "" {
			values = append(values, query[name]...)
		}
	}
	path := strings.Split(strings.Trim(address.Path, "/"), "/")
	slices.Reverse(path)
	return append(values, path[:min(len(path), 2)]...)
}
