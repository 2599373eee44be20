package zpl_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/zpl"
)

func TestGraphicsAreWrittenAsTheManualPacksThem(t *testing.T) {
	t.Parallel()
	for want, dots := range map[string]struct {
		row  int
		dots []byte
	}{
		",":     {2, []byte{0, 0}},
		"!":     {2, []byte{0xff, 0xff}},
		"JF,":   {4, []byte{0xff, 0xff, 0, 0}},
		"1!":    {2, []byte{0x1f, 0xff}},
		"12,::": {3, bytes.Repeat([]byte{0x12, 0, 0}, 3)},
		"zAgA,": {300, append(bytes.Repeat([]byte{0xaa}, 210), make([]byte, 90)...)},
		"A5A5":  {2, []byte{0xa5, 0xa5}},
	} {
		assert.Equal(t, want, string(zpl.AppendGraphic(nil, dots.dots, dots.row)))
	}
}

func TestGraphicsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		row := 1 + random.IntN(130)
		dots := make([]byte, row*(1+random.IntN(40)))
		for at := 0; at < len(dots); { // runs of all lengths
			b := [...]byte{0, 0xff, 0xf0, byte(random.IntN(256))}[random.IntN(4)]
			for range 1 + random.IntN(3*row) {
				if at < len(dots) {
					dots[at] = b
					at++
				}
			}
		}
		require.Equal(t, dots, zpl.ReadGraphic(zpl.AppendGraphic(nil, dots, row), len(dots), row))
	}
}

// FuzzGraphic checks that what is written is read back, and that anything that is read takes no more than was stated.
func FuzzGraphic(f *testing.F) {
	f.Add([]byte{0xff, 0, 0xaa, 0xaa}, 2)
	f.Add([]byte("zzF,:!J0"), 3)
	f.Fuzz(func(t *testing.T, data []byte, row int) {
		row = 1 + max(row, -row)%200
		if row < 1 {
			return
		}
		whole := data[:len(data)/row*row]
		if len(whole) > 0 {
			require.Equal(t, whole, zpl.ReadGraphic(zpl.AppendGraphic(nil, whole, row), len(whole), row))
		}
		const most = 1000
		require.LessOrEqual(t, len(zpl.ReadGraphic(data, most, row)), most)
	})
}
