package stamp

import "github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

// colour is a colour as far as it is paper-white or not.
type colour struct {
	space colourSpace
	white bool
}

// colourSpace tells which components make white.
type colourSpace byte

const (
	otherSpace colourSpace = iota
	additive               // grey and RGB: all 1
	cmyk                   // all 0
)

const nearlyWhite = 0.99

func (c colour) with(operator string, v []float64) colour {
	switch operator {
	case "g", "G", "rg", "RG":
		return colour{space: additive, white: allAtLeast(v, nearlyWhite)}
	case "k", "K":
		return colour{space: cmyk, white: allAtMost(v, 1-nearlyWhite)}
	}
	c.white = c.space == additive && allAtLeast(v, nearlyWhite) || c.space == cmyk && allAtMost(v, 1-nearlyWhite)
	return c
}

func allAtLeast(v []float64, least float64) bool {
	for _, n := range v {
		if !(n >= least) {
			return false
		}
	}
	return len(v) > 0
}

func allAtMost(v []float64, most float64) bool {
	for _, n := range v {
		if !(n <= most) {
			return false
		}
	}
	return len(v) > 0
}

func (d *pdfDrawing) setSpace(operator string, operands []operand, resources types.Dict) {
	c := colour{space: d.file.colourSpace(nameOf(operands), resources)}
	if operator == "cs" {
		d.state.fill = c
	} else {
		d.state.stroke = c
	}
}

func (f *pdfFile) colourSpace(name string, resources types.Dict) colourSpace {
	switch name {
	case "DeviceGray", "DeviceRGB", "CalGray", "CalRGB":
		return additive
	case "DeviceCMYK":
		return cmyk
	}
	o := f.dict(resources["ColorSpace"])[name]
	if named := f.name(o); named != "" && named != name {
		return f.colourSpace(named, nil)
	}
	a := f.array(o)
	if len(a) < 2 {
		return otherSpace
	}
	switch family := f.name(a[0]); family {
	case "CalGray", "CalRGB":
		return additive
	case "ICCBased":
		switch n, _ := f.number(f.dict(a[1])["N"]); n {
		case 1, 3:
			return additive
		case 4:
			return cmyk
		}
	}
	return otherSpace
}
