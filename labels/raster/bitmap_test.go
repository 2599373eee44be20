package raster

import (
	"image"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestInkIsWhereAPictureIsDarkerThanAGrey(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, width := range []int{1, 7, 8, 63, 64, 65, 200} {
		for name, greys := range map[string][]byte{"black and white": {0, 255}, "greys": {0, 255, 127, 128, 1, 254}} {
			picture := image.NewGray(image.Rect(0, 0, width, 9))
			for i := range picture.Pix {
				picture.Pix[i] = greys[random.IntN(len(greys))]
			}
			ink, isMixed := inkOf(picture, 128)
			for y := range 9 {
				for x := range width {
					assert.Equal(t, picture.GrayAt(x, y).Y < 128, ink.black(x, y), "%s, %d wide, at %d, %d", name, width, x, y)
				}
			}
			hasGrey := slices.ContainsFunc(picture.Pix, func(grey byte) bool { return grey != 0 && grey != 255 })
			assert.Equal(t, hasGrey, isMixed, "%s, %d wide", name, width)
		}
	}
}
