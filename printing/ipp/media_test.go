package ipp

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/printing/ipp/wire"
)

func sized(x, y wire.Value) wire.Value {
	return wire.Collection(wire.Attr("x-dimension", x), wire.Attr("y-dimension", y))
}

func TestPaperIsAskedForAsThePrinterKnowsIt(t *testing.T) {
	t.Parallel()
	labelTray := wire.Collection(wire.Attr("media-size", sized(wire.Integer(10160), wire.Integer(15240))),
		wire.Keywords("media-source", "rear"), wire.Keywords("media-type", "labels"), wire.Keywords("media-color", "white"))
	roll := sized(wire.Range(2500, 10800), wire.Range(2500, 99000))
	for name, c := range map[string]struct {
		stock string
		facts facts
		want  wire.Attribute
	}{
		"what lies in a tray, with its tray": {"4x6in", facts{ready: []wire.Value{labelTray}, names: []string{"na_index-4x6_4x6in"}},
			wire.Attr("media-col", wire.Collection(wire.Attr("media-size", sized(wire.Integer(10160), wire.Integer(15240))),
				wire.Keywords("media-source", "rear"), wire.Keywords("media-type", "labels")))},
		"a size within a range": {"10x20cm", facts{sizes: []wire.Value{roll}},
			wire.Attr("media-col", wire.Collection(wire.Attr("media-size", sized(wire.Integer(10000), wire.Integer(20000)))))},
		"a size that it rounds": {"a6", facts{sizes: []wire.Value{sized(wire.Integer(10478), wire.Integer(14817))}},
			wire.Attr("media-col", wire.Collection(wire.Attr("media-size", sized(wire.Integer(10478), wire.Integer(14817)))))},
		"a sheet lies upright in its tray": {"a4-2up", facts{names: []string{"na_letter_8.5x11in", "iso_a4_210x297mm"}}, wire.Keywords("media", "iso_a4_210x297mm")},
		"4 x 6 inches are not 10 x 15 cm":  {"4x6in", facts{names: []string{"om_label_100x150mm"}}, wire.Attribute{}},
		"bounds are no paper":              {"10x15cm", facts{names: []string{"custom_min_100x150mm", "custom_max_100x150mm", "roll", "a_1e9x2mm"}}, wire.Attribute{}},
		"paper as it comes":                {"as-is", facts{names: []string{"iso_a4_210x297mm"}, sizes: []wire.Value{roll}}, wire.Attribute{}},
		"broken collections":               {"4x6in", facts{ready: []wire.Value{wire.Integer(1), wire.Collection()}, sizes: []wire.Value{wire.Collection()}}, wire.Attribute{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stock, err := pdf.ParseStock(c.stock)
			require.NoError(t, err)
			media, listed := c.facts.media(sizeOf(stock))
			assert.Equal(t, c.want, media)
			assert.Equal(t, c.want.Name != "", listed)
		})
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]address{
		"ipp://192.168.1.60":                 {"ipp://192.168.1.60:631/ipp/print", "http://192.168.1.60:631/ipp/print", "192.168.1.60"},
		"ipps://oficina.local/printers/hp":   {"ipps://oficina.local:631/printers/hp", "https://oficina.local:631/printers/hp", "oficina.local"},
		"ipp://[fe80::1]:8631/ipp/print/one": {"ipp://[fe80::1]:8631/ipp/print/one", "http://[fe80::1]:8631/ipp/print/one", "fe80::1"},
	} {
		got, err := parseAddress(text)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	for _, text := range []string{"", "http://192.168.1.60", "ipp:///ipp/print", "ipp://me:secret@host/", "ipp://host/?a=b", "ipp://host/#a", "ipp://%zz", "192.168.1.60:631"} {
		_, err := parseAddress(text)
		require.Error(t, err, text)
		assert.NotContains(t, err.Error(), "secret")
	}
}
