package paper

import "fmt"

// DotsPerInch is the resolution of the label printers that the labels are drawn for.
const DotsPerInch = 203

const dot = 72.0 / DotsPerInch

// Stock is a kind of sheet: what is seen of it, in points, and how the PDF says so.
type Stock struct {
	Width, Height float64
	// Sheet is the MediaBox where it is bigger than what is seen; what is seen
	// is then its upper left corner, as CropBox.
	Sheet [2]float64
	// Rotate is 0 or 90: 90 lays the sheet on its side and turns it back by /Rotate.
	Rotate int
}

// The sheets that channels print labels on.
var (
	FourBySix        = Stock{Width: 288, Height: 432}
	FourBySixRotated = Stock{Width: 288, Height: 432, Rotate: 90}
	TenByFifteen     = Stock{Width: 283.5, Height: 425.2}
	A4               = Stock{Width: 595, Height: 842}
	TenByFifteenOnA4 = Stock{Width: 283.5, Height: 425.2, Sheet: [2]float64{595, 842}}
)

// matrix brings what is seen to where it stands on the sheet.
func (s Stock) matrix() string {
	switch {
	case s.Rotate == 90:
		return fmt.Sprintf("0 1 -1 0 %g 0", s.Height)
	case s.Sheet != [2]float64{}:
		return fmt.Sprintf("1 0 0 1 0 %g", s.Sheet[1]-s.Height)
	}
	return "1 0 0 1 0 0"
}

func (s Stock) boxes() string {
	switch {
	case s.Rotate == 90:
		return fmt.Sprintf("/MediaBox [0 0 %g %g] /Rotate 90", s.Height, s.Width)
	case s.Sheet != [2]float64{}:
		return fmt.Sprintf("/MediaBox [0 0 %g %g] /CropBox [0 %g %g %g]",
			s.Sheet[0], s.Sheet[1], s.Sheet[1]-s.Height, s.Width, s.Sheet[1])
	}
	return fmt.Sprintf("/MediaBox [0 0 %g %g]", s.Width, s.Height)
}
