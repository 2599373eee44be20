package zpl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/zpl"
)

// BenchmarkHostile takes files that are made to be slow: each must come near the speed of the
// others, whatever its size.
func BenchmarkHostile(b *testing.B) {
	const size = 4 << 20
	numbered := func(format string) string {
		return strings.Join(lo.Times(size/len(format), func(i int) string { return fmt.Sprintf(format, i) }), "")
	}
	repeated := func(text string) string { return strings.Repeat(text, size/len(text)) }
	for name, file := range map[string]string{
		"prefixes":             repeated("^"),
		"control prefixes":     repeated("\x1e\x10"),
		"starts":               repeated("^XA"),
		"ends":                 repeated("^XZ"),
		"names recalled":       "^XA" + numbered("^XGR:%d.GRF^FS") + "^XZ",
		"names stored":         numbered("~DGR:%d.GRF,1,1,F0\n"),
		"names deleted":        "~DGR:A.GRF,1,1,F0" + numbered("^XA^IDR:%d.GRF^XZ"),
		"names swept":          numbered("~DGR:%d.GRF,1,1,F0^XA^IDR:*.Q^XZ"),
		"copies":               "^XA" + numbered("^FDx^PQ%d") + "^XZ",
		"set-ups":              numbered("^XA^LH%d,1^XZ") + "^XA^FDx^FS^XZ",
		"encodings":            numbered("^XA^CI28^CWA,%d^FDé^FS^XZ"),
		"other prefixes":       repeated("^CC!!CC^"),
		"foreign text":         "^XA^FD" + repeated("! 1 ") + "^FS^XZ",
		"unknown commands":     numbered("^ZZ%d~QQ"),
		"fields":               "^XA" + repeated("^FDx^FS") + "^XZ",
		"counted data":         "^XA" + repeated("^GFB,1,1,1,^") + "^XZ",
		"headers without data": "^XA" + repeated("^GFB,,,") + "^XZ",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			for b.Loop() {
				zpl.Split([]byte(file))
			}
		})
	}
}
