package registry

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/printing"
)

var printerName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

var fingerprint = regexp.MustCompile(`^(?:[0-9A-Fa-f]{2}:?){32}$`)

const (
	mostDarkness = 30
	mostSpeed    = 14
	leastUnder   = 3
	mostUnder    = 5
)

// Check says all that is wrong with a printer's record.
func Check(p printing.Printer) error {
	var wrong []error
	say := func(is bool, format string, values ...any) {
		if is {
			wrong = append(wrong, fmt.Errorf(format, values...))
		}
	}
	say(!printerName.MatchString(p.Name), "name %q: a printer's name is up to 32 small letters, digits, dots, _ and -, and begins with a letter or digit", p.Name)
	switch p.Kind {
	case printing.Raw:
		say(!isHostPort(p.Address), "address %q: a raw printer's address is host:port, such as 192.168.1.50:9100", p.Address)
		say(p.StatusAddress != "" && !isHostPort(p.StatusAddress), "status address %q: it is host:port, such as 192.168.1.50:9200", p.StatusAddress)
		say(p.DPI != 203 && p.DPI != 300, "dots per inch %d: a raw printer has 203 or 300", p.DPI)
		say(p.Fingerprint != "", "fingerprint: only an ipps:// printer shows a certificate")
		say(p.ZPL, "zpl is for IPP printers: a raw printer always takes ZPL")
	case printing.IPP:
		say(!isIPPAddress(p.Address), "address %q: an IPP printer's address is ipp:// or ipps://, such as ipp://192.168.1.60/ipp/print", p.Address)
		say(p.Fingerprint != "" && !strings.HasPrefix(p.Address, "ipps:"), "fingerprint: only an ipps:// printer shows a certificate")
		say(p.Fingerprint != "" && !fingerprint.MatchString(p.Fingerprint), "fingerprint %q: it is the SHA-256 of the printer's certificate, 64 hexadecimal digits", p.Fingerprint)
		say(p.StatusAddress != "", "status address %q: only a raw printer has one", p.StatusAddress)
		say(p.Darkness != nil || p.Speed != nil, "darkness and speed are settings of raw printers")
		say(p.NoCounter, "no counter is a setting of raw printers")
		say(p.ZPL && p.DPI != 203 && p.DPI != 300, "dots per inch %d: a printer that takes ZPL has 203 or 300", p.DPI)
	default:
		say(true, "kind %q: a printer is %s or %s", p.Kind, printing.Raw, printing.IPP)
	}
	say(!slices.Contains(pdf.StockNames(), p.Stock), "stock %q: there are %s", p.Stock, strings.Join(pdf.StockNames(), ", "))
	say(p.Darkness != nil && (*p.Darkness < 0 || *p.Darkness > mostDarkness), "darkness: it is 0 to %d", mostDarkness)
	say(p.Speed != nil && (*p.Speed < 1 || *p.Speed > mostSpeed), "speed: it is 1 to %d inches a second", mostSpeed)
	say(p.UnderWay != 0 && (p.UnderWay < leastUnder || p.UnderWay > mostUnder), "labels under way: %d to %d, or 0 for the usual number", leastUnder, mostUnder)
	return errors.Join(wrong...)
}

func isHostPort(address string) bool {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || strings.ContainsAny(host, " /@") {
		return false
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func isIPPAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "ipp" || u.Scheme == "ipps") && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}
