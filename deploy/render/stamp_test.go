//go:build render

package render_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/stamp"
	"github.com/despacho/despacho/labels/zpl"
)

// TestAStampPrintsWhereTheLabelIsBlank compares pictures dot by dot: a stamp must not touch anything
// that the carrier printed.
func TestAStampPrintsWhereTheLabelIsBlank(t *testing.T) {
	s := stamp.Stamp{Number: 12, Of: 50, Lines: []string{"2 × SKU-1", "1 × CAÑÓN-AZUL"}}
	files := labelFiles(t)
	delete(files, "pictures.zpl") // the renderer ends a label at a ^XZ within its counted data
	for name, file := range files {
		units, report := zpl.Split(file)
		require.Empty(t, report.Broken, name)
		var plain, stamped []byte
		var where []string
		for _, unit := range units {
			with, err := stamp.ZPL(unit.Data, s)
			require.NoError(t, err, name)
			plain, stamped, where = append(plain, unit.Data...), append(stamped, with.Data...), append(where, string(with.Where))
		}
		before, after := withoutBlanks(printed(t, plain)), withoutBlanks(printed(t, stamped))
		require.Len(t, before, len(units), name)
		for i, picture := range before {
			require.NotEmpty(t, after, name)
			if where[i] == "slip" {
				require.GreaterOrEqual(t, len(after), 2, name)
				assert.Zero(t, differentDots(picture, after[0]), name)
				after = after[2:]
				continue
			}
			added, touching := addedDots(picture, after[0])
			assert.Greater(t, added, 500, name)
			assert.Zero(t, touching, "%s: dots of the stamp on or beside the carrier's", name)
			after = after[1:]
		}
		assert.Empty(t, after, name)
	}
}

// addedDots counts the dots that differ, and those of them within 4 dots of what was printed before.
func addedDots(before, after image.Image) (added, touching int) {
	area := before.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if color.GrayModel.Convert(before.At(x, y)) == color.GrayModel.Convert(after.At(x, y)) {
				continue
			}
			added++
			if !blankAround(before, x, y) {
				touching++
			}
		}
	}
	return added, touching
}

func blankAround(picture image.Image, x, y int) bool {
	const beside = 4
	for dy := -beside; dy <= beside; dy++ {
		for dx := -beside; dx <= beside; dx++ {
			at := image.Pt(x+dx, y+dy)
			if at.In(picture.Bounds()) && color.GrayModel.Convert(picture.At(at.X, at.Y)).(color.Gray).Y < 128 {
				return false
			}
		}
	}
	return true
}
