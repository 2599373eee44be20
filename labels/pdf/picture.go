package pdf

import (
	"bytes"
	"image"
	"image/jpeg"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	mostPixels   = 40_000_000 // of all pictures on a page
	paper        = 240        // of 255: lighter shades leave no mark
	pictureCells = 320        // number of cells along a picture's longer side
)

// samples are the shades of a picture: blank reports where it leaves no mark.
type samples struct {
	width, height int
	blank         func(x, y int) bool
}

// measurePicture measures the parts of a picture that are not white, or all of it if it cannot be
// unpacked. A picture fills the unit square (ISO 32000 8.9.5).
func (r *reader) measurePicture(stream types.StreamDict, resources types.Dict) {
	s, ok := r.samples(stream, resources)
	if !ok || r.state.blends {
		r.measure(Solid, r.state.ctm.box(unitSquare))
		return
	}
	if mask := stream.Dict["SMask"]; mask != nil {
		s = r.masked(s, mask)
	}
	step := max(1, (max(s.width, s.height)+pictureCells-1)/pictureCells)
	for y := 0; y < s.height; y += step {
		for x := 0; x < s.width; x += step {
			from := x
			for x < s.width && !s.blankIn(image.Rect(x, y, x+step, y+step)) {
				x += step
			}
			if x > from {
				dark := s.trimmed(image.Rect(from, y, x, y+step))
				left, right := float64(dark.Min.X)/float64(s.width), float64(dark.Max.X)/float64(s.width)
				top, bottom := 1-float64(dark.Min.Y)/float64(s.height), 1-float64(dark.Max.Y)/float64(s.height)
				r.measure(Solid, r.state.ctm.box(box{left, bottom, right, top}))
			}
		}
	}
}

// blankIn reports whether a part of the picture leaves no mark.
func (s samples) blankIn(part image.Rectangle) bool {
	for y := part.Min.Y; y < min(part.Max.Y, s.height); y++ {
		for x := part.Min.X; x < min(part.Max.X, s.width); x++ {
			if !s.blank(x, y) {
				return false
			}
		}
	}
	return true
}

// trimmed is a part of the picture, which leaves a mark, without the white at its sides.
func (s samples) trimmed(part image.Rectangle) image.Rectangle {
	part = part.Intersect(image.Rect(0, 0, s.width, s.height))
	for s.blankIn(image.Rect(part.Min.X, part.Min.Y, part.Min.X+1, part.Max.Y)) {
		part.Min.X++
	}
	for s.blankIn(image.Rect(part.Max.X-1, part.Min.Y, part.Max.X, part.Max.Y)) {
		part.Max.X--
	}
	for s.blankIn(image.Rect(part.Min.X, part.Min.Y, part.Max.X, part.Min.Y+1)) {
		part.Min.Y++
	}
	for s.blankIn(image.Rect(part.Min.X, part.Max.Y-1, part.Max.X, part.Max.Y)) {
		part.Max.Y--
	}
	return part
}

func (r *reader) samples(stream types.StreamDict, resources types.Dict) (samples, bool) {
	width, _ := r.source.number(stream.Dict["Width"])
	height, _ := r.source.number(stream.Dict["Height"])
	if width < 1 || height < 1 || width*height > float64(r.pixels) {
		return samples{}, false
	}
	r.pixels -= int(width * height)
	data, err := r.source.unpack(stream)
	if err != nil {
		return samples{}, false
	}
	if bytes.HasPrefix(data, []byte("\xff\xd8")) {
		return jpegSamples(data, stream.Dict["Decode"] != nil)
	}
	return r.rawSamples(stream.Dict, resources, data, int(width), int(height))
}

// jpegSamples unpacks a grey or colour photograph; others are not examined.
func jpegSamples(data []byte, remapped bool) (samples, bool) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil || remapped || config.Width*config.Height > mostPixels {
		return samples{}, false
	}
	picture, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		return samples{}, false
	}
	s := samples{width: config.Width, height: config.Height}
	switch picture := picture.(type) {
	case *image.Gray:
		s.blank = func(x, y int) bool { return picture.Pix[picture.PixOffset(x, y)] >= paper }
	case *image.YCbCr:
		s.blank = func(x, y int) bool {
			const grey, near = 128, 12
			c := picture.COffset(x, y)
			return picture.Y[picture.YOffset(x, y)] >= paper && absolute(int(picture.Cb[c])-grey) <= near && absolute(int(picture.Cr[c])-grey) <= near
		}
	default:
		return samples{}, false
	}
	return s, true
}

func absolute(n int) int { return max(n, -n) }

// rawSamples reads unpacked samples of one or eight bits in a colour space whose white is known.
func (r *reader) rawSamples(dict, resources types.Dict, data []byte, width, height int) (samples, bool) {
	bits, _ := r.source.number(dict["BitsPerComponent"])
	mask, _ := r.source.resolve(dict["ImageMask"]).(types.Boolean)
	inverted, known := r.source.inverted(dict["Decode"])
	if bool(mask) {
		bits = 1
	}
	if whites, ok := r.source.palette(dict["ColorSpace"], resources); ok && !bool(mask) && dict["Decode"] == nil {
		return whites.samples(data, width, height, int(bits))
	}
	components, white := 1, additive
	if !bool(mask) {
		components, white = r.source.components(dict["ColorSpace"], resources)
	}
	row := (width*components*int(bits) + 7) / 8
	if !known || white == otherSpace || bits != 1 && bits != 8 || len(data) < row*height || inverted && components > 1 {
		return samples{}, false
	}
	s := samples{width: width, height: height}
	if bool(mask) && r.state.fill.white {
		s.blank = func(int, int) bool { return true }
		return s, true
	}
	darkIsBlank := inverted != (white == cmyk)
	s.blank = func(x, y int) bool {
		for i := x * components; i < (x+1)*components; i++ {
			sample := data[y*row+i*int(bits)/8]
			if bits == 1 {
				sample = -(sample >> (7 - i%8) & 1)
			}
			if darkIsBlank {
				sample = 255 - sample
			}
			if sample < paper {
				return false
			}
		}
		return true
	}
	return s, true
}

// inverted says whether /Decode swaps black and white.
func (s *source) inverted(o types.Object) (inverted, known bool) {
	decode := s.array(o)
	if decode == nil {
		return false, true
	}
	for i := 0; i+1 < len(decode); i += 2 {
		low, _ := s.number(decode[i])
		high, _ := s.number(decode[i+1])
		switch {
		case low == 0 && high == 1 && (i == 0 || !inverted):
		case low == 1 && high == 0 && (i == 0 || inverted):
			inverted = true
		default:
			return false, false
		}
	}
	return inverted, true
}
