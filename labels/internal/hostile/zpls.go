package hostile

import (
	"fmt"
	"strings"
)

func zplFiles() map[string]func() []byte {
	const label = "^XA^FO9,9^FDx^FS^XZ\n"
	files := map[string]string{
		"many labels":                        repeated(label, Size),
		"many empty formats":                 repeated("^XA^XZ", Size),
		"starts only":                        repeated("^XA", Size),
		"prefixes only":                      repeated("^", Size),
		"fields only":                        "^XA" + repeated("^FD1^FS", Size-9) + "^XZ",
		"escapes only":                       "^XA" + repeated("^FH_^FD_5E_7E^FS", Size-9) + "^XZ",
		"large set-up before many labels":    repeated("^XA^LH1,1^FX"+strings.Repeat("x", 30<<10)+"^XZ", 480<<10) + repeated(label, 500<<10),
		"different set-ups":                  setUps() + repeated(label, 500<<10),
		"a long default before many labels":  "^XA^CF" + repeated(",", 500<<10) + "^FDx^FS^XZ" + repeated("^XA^CF0^FDx^FS^XZ", 500<<10),
		"long letters before many labels":    repeated("^XA^CWA,"+strings.Repeat("x", 12<<10)+"^FDx^FS^XZ", 480<<10) + repeated(label, 500<<10),
		"a graphic recalled by many":         "~DGR:A.GRF,200000,10," + repeated("F", 400<<10) + repeated("^XA^XGR:A.GRF^FS^XZ", 600<<10),
		"templates that recall each other":   templates(),
		"many stored graphics":               stored(),
		"deletions of everything":            stored() + repeated("^XA^IDR:*.*^FS^XZ", 500<<10),
		"repeats of a graphic":               "^XA^GFA,99999999,99999999,99999,zzzzzzzzzzF" + repeated("zF", 500<<10) + "^FS^XZ",
		"repeated rows of a graphic":         "^XA^GFA,99999999,99999999,1000,F," + repeated(":", 900<<10) + "^FS^XZ",
		"a packed graphic":                   "^XA^GFA,99999,99999,100,:Z64:" + repeated("eJzt", 900<<10) + ":0000^FS^XZ",
		"counts that are too high":           "^XA" + repeated("^GFB,99999,99999,99,x", 900<<10) + "^FS^XZ",
		"copies":                             repeated("^XA^FDx^FS^PQ99999999^XZ", Size),
		"other prefixes":                     repeated("^XA^CC!!FDx!FS!XZ!CC^", Size),
		"lines in a parameter":               "^XA^FO" + repeated("1,\n", 900<<10) + "^FDx^FS^XZ",
		"blanks in a parameter":              "^XA^FO" + repeated(" \n", 900<<10) + "1^FDx^FS^XZ",
		"brackets of JSON in a code":         "^XA^BQN,2,4^FDQA," + repeated("[{\"a\":", 900<<10) + "^FS^XZ",
		"names of unknown commands":          unknown(),
		"words of another language":          repeated("! U1 setvar \"x\" \"y\"\n", 900<<10) + label,
		"exclamation marks":                  "^XA^FD" + repeated("! ", 900<<10) + "^FS^XZ",
		"numbers in a field":                 "^XA^FD" + repeated("12345678 ", 900<<10) + "^FS^XZ",
		"a reset after a reset":              repeated("^XA^MCY^PON^PMN^LRN^FWN^JMA^MUD^LH0,0^LS0^CVN^CI0^CFA,9,5^BY2,3,10^XZ\n", 900<<10) + label,
		"half a megabyte of binary graphics": "^XA^GFB,1000000,1000000,100," + strings.Repeat("\x00^XA~JR", 120_000) + "^FS^XZ",
	}
	out := map[string]func() []byte{}
	for name, text := range files {
		out["ZPL: "+name] = func() []byte { return []byte(text) }
	}
	return out
}

func setUps() string {
	var out strings.Builder
	for i := range 16 {
		fmt.Fprintf(&out, "^XA^LH%d,1^FX%s^XZ\n", i, strings.Repeat("x", 30<<10))
	}
	return out.String()
}

func templates() string {
	var out strings.Builder
	for i := range 190 {
		fmt.Fprintf(&out, "^XA^DFR:T%d.ZPL^FS^XFR:T%d.ZPL^FS^FDx^FS^XZ", i, i+1)
	}
	out.WriteString("^XA^DFR:T190.ZPL^FS^FD" + strings.Repeat("x", 9<<10) + "^FS^XZ")
	return out.String() + repeated("^XA^XFR:T0.ZPL^FS^XZ", 900<<10)
}

func stored() string {
	var out strings.Builder
	for i := 0; out.Len() < 500<<10; i++ {
		fmt.Fprintf(&out, "~DGR:A%d.GRF,1,1,FF", i)
	}
	return out.String()
}

func unknown() string {
	var out strings.Builder
	for i := 0; out.Len() < 900<<10; i++ {
		fmt.Fprintf(&out, "^%c%c", 'A'+i%26, 'A'+i/26%26)
	}
	return out.String()
}
