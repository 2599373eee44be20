package join_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/join"
)

// pile is a random mix of label files, good and damaged, with the numbers that its joined files
// must show.
type pile struct {
	random  *rand.Rand
	next    int
	sources []check.Source
	numbers map[string][]string // by format
	bad     int
}

func (p *pile) number(format string) string {
	p.next++
	number := fmt.Sprintf("7%09d", p.random.IntN(1_000_000)*1000+p.next)
	p.numbers[format] = append(p.numbers[format], number)
	return number
}

// content is a file of one to four labels, with what may surround them.
func (p *pile) content(t *testing.T) []byte {
	many := 1 + p.random.IntN(4)
	switch p.random.IntN(7) {
	case 0:
		return sample.PDF(lo.Times(many, func(int) string { return "Orden " + p.number("pdf") })...)
	case 1:
		return sample.PDF("Orden "+p.number("pdf"), "")
	case 2: // several downloads under one name
		return []byte("~JR junk" + strings.Join(lo.Times(many, func(i int) string {
			return fmt.Sprintf("~DGR:DEMO.GRF,1,1,%02X\n^XA^MMT^XGR:DEMO.GRF^FS^FDOrden %[2]s^FS^BCN^FD>:Orden %[2]s^FS^PQ2^XZ\n^XA^IDR:DEMO.GRF^FS^XZ", i, p.number("zpl"))
		}), "\r\n"))
	case 3: // a template for several
		return []byte("^XA^DFE:T^FS^FO1,1^FN1^FS^FO1,99^BCN^FN2^FS^XZ" + strings.Join(lo.Times(many, func(int) string {
			return fmt.Sprintf("^XA^XFE:T^FS^FN1^FDOrden %[1]s^FS^FN2^FDOrden %[1]s^FS^XZ", p.number("zpl"))
		}), ""))
	case 4: // other prefixes
		return []byte(strings.ReplaceAll("^XA^CC!!CD;!FO1;1!FDOrden 1!FS!BCN!FD>:Orden 1!FS!XZ!CC^^CD,", "Orden 1", "Orden "+p.number("zpl")))
	case 5:
		inner := lo.Times(many, func(i int) []any { return []any{fmt.Sprintf("%d.zpl", i), sample.ZPL("Orden " + p.number("zpl"))} })
		return sample.Zip(t, slices.Concat(inner...)...)
	}
	return slices.Concat(lo.Times(many, func(int) []byte { return sample.ZPL("Orden " + p.number("zpl")) })...)
}

func (p *pile) spoilt() []byte {
	p.bad++
	return [][]byte{[]byte("<html>"), {}, nil, []byte("^XA^MCY^XZ"), []byte("%PDF-1.4 half"), []byte("PK\x03\x04half"), []byte("^XA^FDcut short")}[p.random.IntN(7)]
}

func TestAnyMixGivesEachLabelOnceAndInOrder(t *testing.T) {
	t.Parallel()
	mixes := uint64(40)
	if testing.Short() {
		mixes = 8 // one after the other, for the race detector
	}
	for seed := range mixes {
		p := &pile{random: rand.New(rand.NewPCG(seed, 7)), numbers: map[string][]string{}}
		for i := range 30 {
			var data []byte
			if p.random.IntN(5) == 0 {
				data = p.spoilt()
			} else {
				data = p.content(t)
			}
			p.sources = append(p.sources, source(fmt.Sprintf("file %d", i), data))
		}
		options := join.Options{Reverse: p.random.IntN(3) == 0, Part: p.random.IntN(2) * (1 + p.random.IntN(20))}
		if p.random.IntN(2) == 0 {
			options.Key = byOrder
		}
		place := newMemory()
		joined, err := join.Sources(t.Context(), p.sources, place, options)
		require.NoError(t, err, seed)
		for format, numbers := range p.numbers {
			want := lo.Map(numbers, func(n string, _ int) string { return "Orden " + n })
			if options.Key != nil {
				slices.Sort(want)
			}
			if options.Reverse {
				slices.Reverse(want)
			}
			var got []string
			for _, f := range joined.Files {
				if f.Format == format {
					for _, texts := range printed(t, f.Out, place.files[f.Out]) {
						got = append(got, strings.TrimSpace(texts[0]))
						assert.Len(t, lo.Uniq(texts), 1, "the barcode is of the same order")
						assert.True(t, format == "pdf" || len(texts) == 2)
					}
					assert.True(t, options.Part == 0 || f.Labels <= options.Part, seed)
				}
			}
			assert.Equal(t, want, got, "seed %d, %s, %+v", seed, format, options)
		}
		unusable := lo.CountBy(joined.Inputs, func(in check.Input) bool { return !in.OK })
		assert.Equal(t, p.bad, unusable, seed)
		assert.Len(t, joined.Inputs, len(p.sources))
	}
}
