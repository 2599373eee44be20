package door

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/despacho/despacho/station/page"
)

// writeHeaders keeps a browser in its bounds, whatever the answer is.
func writeHeaders(h http.Header) {
	h.Set("Content-Security-Policy", page.Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

func hostSet(names []string) map[string]bool {
	set := map[string]bool{"localhost": true}
	for _, name := range names {
		set[strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))] = true
	}
	return set
}

// knowsHost tells whether a request asks for us by a name that we know. A page elsewhere can make its own
// name lead to our address (DNS rebinding), but needs a name for that: addresses are always ours.
func (d *door) knowsHost(host string) bool {
	name := hostOnly(host)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return d.hosts[strings.ToLower(strings.TrimSuffix(name, "."))]
}

func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// sameSite refuses what a page of another site asks for. A link to a page from elsewhere is no such thing:
// the browser withholds the cookie then, so the page asks for itself once more.
func (d *door) sameSite(w http.ResponseWriter, r *http.Request, route Route) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	foreign := site != "" && site != "same-origin" && site != "none"
	if origin := r.Header.Get("Origin"); origin != "" {
		address, err := url.Parse(origin)
		foreign = foreign || err != nil || !strings.EqualFold(address.Host, r.Host)
	}
	if !foreign {
		return true
	}
	if route.Page && !changes(r.Method) && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document" {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0"><title>despacho</title>`))
		return false
	}
	Refuse(w, r, http.StatusForbidden, CodeForeign)
	return false
}

func sameText(a, b string) bool {
	return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}
