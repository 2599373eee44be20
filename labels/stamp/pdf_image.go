package stamp

import (
	"bytes"
	"image"
	"image/jpeg"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

const (
	mostPixels = 40_000_000 // of all images of a page
	paper      = 240        // of 255: what is lighter leaves no mark
	imageCells = 320        // an image's longer side is looked at in as many cells
)

// samples are an image's shades, row by row: true where it leaves no mark.
type samples struct {
	width, height int
	blank         func(x, y int) bool
}

// image takes the parts of an image that are not white, or all of it when it
// cannot be unpacked. It fills the unit square (ISO 32000 8.9.5).
func (d *pdfDrawing) image(o types.Object, resources types.Dict) {
	s, ok := d.samples(o, resources)
	if !ok || d.state.blends {
		d.take(d.state.ctm.around(0, 0, 1, 1), solidX, solidY)
		return
	}
	step := max(1, (max(s.width, s.height)+imageCells-1)/imageCells)
	for y := 0; y < s.height; y += step {
		for x := 0; x < s.width; x += step {
			from := x
			for x < s.width && !s.blankCell(x, y, step) {
				x += step
			}
			if x > from {
				left, right := float64(from)/float64(s.width), min(1, float64(x)/float64(s.width))
				top, bottom := 1-float64(y)/float64(s.height), max(0, 1-float64(y+step)/float64(s.height))
				d.take(d.state.ctm.around(left, bottom, right, top), solidX, solidY)
			}
		}
	}
}

func (s samples) blankCell(left, top, step int) bool {
	for y := top; y < min(top+step, s.height); y++ {
		for x := left; x < min(left+step, s.width); x++ {
			if !s.blank(x, y) {
				return false
			}
		}
	}
	return true
}

func (d *pdfDrawing) samples(o types.Object, resources types.Dict) (samples, bool) {
	stream, _ := d.file.get(o).(types.StreamDict)
	width, _ := d.file.number(stream.Dict["Width"])
	height, _ := d.file.number(stream.Dict["Height"])
	if width < 1 || height < 1 || width*height > float64(d.pixels) {
		return samples{}, false
	}
	d.pixels -= int(width * height)
	data, ok := d.file.unpacked(o)
	if !ok {
		return samples{}, false
	}
	if bytes.HasPrefix(data, []byte("\xff\xd8")) {
		return jpegSamples(data, stream.Dict["Decode"] != nil)
	}
	return d.rawSamples(stream.Dict, resources, data, int(width), int(height))
}

// jpegSamples unpacks a grey or colour photograph; others are not looked into.
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

// rawSamples reads unpacked samples of one bit or eight in a colour space whose
// white is known.
func (d *pdfDrawing) rawSamples(dict, resources types.Dict, data []byte, width, height int) (samples, bool) {
	bits, _ := d.file.number(dict["BitsPerComponent"])
	mask, _ := d.file.get(dict["ImageMask"]).(types.Boolean)
	inverted, known := d.inverted(dict["Decode"])
	if bool(mask) {
		bits = 1
	}
	components, white := 1, additive
	if !bool(mask) {
		components, white = d.file.components(dict["ColorSpace"], resources)
	}
	row := (width*components*int(bits) + 7) / 8
	if !known || white == otherSpace || bits != 1 && bits != 8 || len(data) < row*height || inverted && components > 1 {
		return samples{}, false
	}
	s := samples{width: width, height: height}
	if bool(mask) && d.state.fill.white {
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

// inverted reads /Decode, as far as it turns white to black.
func (d *pdfDrawing) inverted(o types.Object) (inverted, known bool) {
	decode := d.file.array(o)
	if decode == nil {
		return false, true
	}
	for i := 0; i+1 < len(decode); i += 2 {
		low, _ := d.file.number(decode[i])
		high, _ := d.file.number(decode[i+1])
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

// components of an image's colour space, and which of their values make white; 0
// for a space that is not looked into.
func (f *pdfFile) components(o types.Object, resources types.Dict) (int, colourSpace) {
	name := f.name(o)
	if name != "" {
		if named, ok := f.dict(resources["ColorSpace"])[name]; ok && f.name(named) != name {
			return f.components(named, nil)
		}
	}
	a := f.array(o)
	if len(a) > 0 {
		name = f.name(a[0])
	}
	switch name {
	case "DeviceGray", "CalGray":
		return 1, additive
	case "DeviceRGB", "CalRGB":
		return 3, additive
	case "DeviceCMYK":
		return 4, cmyk
	case "ICCBased":
		if len(a) > 1 {
			n, _ := f.number(f.dict(a[1])["N"])
			return int(n), map[float64]colourSpace{1: additive, 3: additive, 4: cmyk}[n]
		}
	}
	return 0, otherSpace
}
