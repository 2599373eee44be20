package run

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhoMaySend(t *testing.T) {
	t.Parallel()
	const hub = "3.15.93.102"
	cases := map[string]struct {
		allowed, proxies []string
		remote           string
		forwarded        []string
		want             bool
	}{
		"the hub itself":                         {nil, nil, hub + ":4711", nil, true},
		"a stranger":                             {nil, nil, "203.0.113.9:4711", nil, false},
		"a stranger who says that he is the hub": {nil, nil, "203.0.113.9:4711", []string{hub}, false},
		"the hub, whatever it forwards, when there is no proxy":  {nil, nil, hub + ":4711", []string{"203.0.113.9"}, true},
		"the hub behind a proxy":                                 {nil, []string{"10.0.0.2"}, "10.0.0.2:1", []string{hub}, true},
		"the hub behind a proxy, with a port":                    {nil, []string{"10.0.0.2"}, "10.0.0.2:1", []string{hub + ":8443"}, true},
		"the hub behind two proxies":                             {nil, []string{"10.0.0.0/8"}, "10.0.0.2:1", []string{hub + ", 10.1.2.3"}, true},
		"the hub behind two proxies that write a header each":    {nil, []string{"10.0.0.0/8"}, "10.0.0.2:1", []string{hub, "10.1.2.3"}, true},
		"a stranger behind a proxy":                              {nil, []string{"10.0.0.2"}, "10.0.0.2:1", []string{"203.0.113.9"}, false},
		"a stranger behind a proxy who says that he is the hub":  {nil, []string{"10.0.0.2"}, "10.0.0.2:1", []string{hub + ", 203.0.113.9"}, false},
		"a stranger who says so in a header of his own":          {nil, []string{"10.0.0.2"}, "10.0.0.2:1", []string{hub, "203.0.113.9"}, false},
		"a stranger who names the proxy after the hub":           {nil, []string{"10.0.0.2"}, "10.0.0.2:1", []string{hub + ", 10.0.0.2, 203.0.113.9"}, false},
		"the hub behind a proxy that is not named":               {nil, nil, "10.0.0.2:1", []string{hub}, false},
		"a proxy that forwards nothing":                          {nil, []string{"10.0.0.2"}, "10.0.0.2:1", nil, false},
		"a proxy that forwards nonsense":                         {nil, []string{"10.0.0.2"}, "10.0.0.2:1", []string{hub + ", unknown"}, false},
		"a proxy that forwards proxies only":                     {nil, []string{"10.0.0.0/8"}, "10.0.0.2:1", []string{"10.0.0.3"}, false},
		"more hops than anybody has":                             {nil, []string{"10.0.0.0/8"}, "10.0.0.2:1", []string{hub + strings.Repeat(",10.0.0.3", maxHops)}, false},
		"another address that is allowed":                        {[]string{"192.0.2.0/24"}, nil, "192.0.2.77:1", nil, true},
		"the hub, when only another address is allowed":          {[]string{"192.0.2.0/24"}, nil, hub + ":1", nil, false},
		"the hub in the other notation":                          {nil, nil, "[::ffff:" + hub + "]:1", nil, true},
		"the hub behind a proxy with an address of the new kind": {nil, []string{"2001:db8::/32"}, "[2001:db8::1]:1", []string{hub}, true},
		"an address of the new kind that a proxy forwards":       {[]string{"2001:db8:1::7"}, []string{"10.0.0.2"}, "10.0.0.2:1", []string{"[2001:db8:1::7]:443"}, true},
		"an address of the new kind with its zone":               {[]string{"fe80::1"}, nil, "[fe80::1%eth0]:1", nil, true},
		"a connection without an address":                        {nil, nil, "@", nil, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := DefaultSettings()
			if c.allowed != nil {
				settings.Sources = c.allowed
			}
			allowed, wrong := parsePrefixes(settings.Sources)
			require.Empty(t, wrong)
			proxies, wrong := parsePrefixes(c.proxies)
			require.Empty(t, wrong)
			request := httptest.NewRequest("POST", Path, strings.NewReader(""))
			request.RemoteAddr = c.remote
			for _, header := range c.forwarded {
				request.Header.Add("X-Forwarded-For", header)
			}
			assert.Equal(t, c.want, sources{allowed, proxies}.allows(request))
		})
	}
}
