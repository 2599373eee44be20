package pdf

import "github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

// colour is a colour, reduced to whether it is white like paper.
type colour struct {
	space colourSpace
	white bool
}

// colourSpace says which components make white. A 1 in a separate ink is not white.
type colourSpace byte

const (
	otherSpace colourSpace = iota
	additive               // grey and RGB: all 1
	cmyk                   // all 0
)

// nearlyWhite leaves no mark on paper.
const nearlyWhite = 0.99

func (r *reader) setColour(operator string, operands []operand) {
	which := &r.state.fill
	switch operator {
	case "G", "RG", "K", "SC", "SCN":
		which = &r.state.stroke
	}
	*which = which.after(operator, operands)
}

func (r *reader) setSpace(operator string, operands []operand, resources types.Dict) {
	c := colour{space: r.source.colourSpace(lastName(operands), resources)}
	if operator == "cs" {
		r.state.fill = c
	} else {
		r.state.stroke = c
	}
}

// after is the colour after an operator of ISO 32000 8.6.8.
func (c colour) after(operator string, operands []operand) colour {
	switch operator {
	case "g", "G", "rg", "RG":
		c.space = additive
	case "k", "K":
		c.space = cmyk
	}
	c.white = len(operands) > 0 && c.space != otherSpace
	for _, o := range operands {
		light := c.space == additive && o.number >= nearlyWhite || c.space == cmyk && o.number <= 1-nearlyWhite
		c.white = c.white && o.kind == isNumber && light
	}
	return c
}

func (s *source) colourSpace(name string, resources types.Dict) colourSpace {
	switch name {
	case "DeviceGray", "DeviceRGB", "CalGray", "CalRGB":
		return additive
	case "DeviceCMYK":
		return cmyk
	}
	_, space := s.components(s.dict(resources["ColorSpace"])[name], nil)
	return space
}

// components counts the components of a colour space and says which of their values make white; 0
// for a space that is not examined.
func (s *source) components(o types.Object, resources types.Dict) (int, colourSpace) {
	name := s.name(o)
	if named, ok := s.dict(resources["ColorSpace"])[name]; ok && name != "" && s.name(named) != name {
		return s.components(named, nil)
	}
	a := s.array(o)
	if len(a) > 0 {
		name = s.name(a[0])
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
			n, _ := s.number(s.dict(a[1])["N"])
			return int(n), map[float64]colourSpace{1: additive, 3: additive, 4: cmyk}[n]
		}
	}
	return 0, otherSpace
}
