package pdf

import "github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

// palette says which numbers of an indexed colour space (ISO 32000 8.6.6.3) are white.
type palette []bool

// palette reads an indexed colour space over one whose white is known; ok is false for any other.
func (s *source) palette(space, resources types.Object) (whites palette, ok bool) {
	if named, found := s.dict(s.dict(resources)["ColorSpace"])[s.name(space)]; found {
		space = named
	}
	a := s.array(space)
	if len(a) != 4 || s.name(a[0]) != "Indexed" && s.name(a[0]) != "I" {
		return nil, false
	}
	components, white := s.components(a[1], s.dict(resources))
	var colours []byte
	switch o := s.resolve(a[3]).(type) {
	case types.StreamDict:
		colours = s.decoded(o)
	case types.StringLiteral:
		colours, _ = types.Unescape(o.Value())
	case types.HexLiteral:
		colours, _ = o.Bytes()
	}
	if white == otherSpace || components == 0 || len(colours) < components {
		return nil, false
	}
	for ; len(colours) >= components && len(whites) < 256; colours = colours[components:] {
		isWhite := true
		for _, c := range colours[:components] {
			if white == cmyk {
				c = 255 - c
			}
			isWhite = isWhite && c >= paper
		}
		whites = append(whites, isWhite)
	}
	return whites, true
}

// samples are those of a picture whose samples are numbers of colours.
func (p palette) samples(data []byte, width, height, bits int) (samples, bool) {
	row := (width*bits + 7) / 8
	if bits < 1 || bits > 8 || 8%bits != 0 || len(data) < row*height {
		return samples{}, false
	}
	return samples{width: width, height: height, blank: func(x, y int) bool {
		at := x * bits
		number := data[y*row+at/8] << (at % 8) >> (8 - bits)
		return int(number) < len(p) && p[number]
	}}, true
}

// masked adds what a picture's mask leaves free of paint (ISO 32000 11.6.5.3).
func (r *reader) masked(s samples, mask types.Object) samples {
	stream, ok := r.source.resolve(mask).(types.StreamDict)
	if !ok || r.source.array(stream.Dict["Matte"]) != nil {
		return s
	}
	// In a mask, black is free of paint: it is read as a picture with its shades turned round.
	dict := stream.Dict.Clone().(types.Dict)
	inverted, known := r.source.inverted(dict["Decode"])
	if !known || r.source.name(dict["ColorSpace"]) != "DeviceGray" {
		return s
	}
	if dict["Decode"] = types.NewNumberArray(1, 0); inverted {
		delete(dict, "Decode")
	}
	stream.Dict = dict
	free, ok := r.samples(stream, nil)
	if !ok {
		return s
	}
	out := samples{width: max(s.width, free.width), height: max(s.height, free.height)}
	out.blank = func(x, y int) bool {
		return s.blank(x*s.width/out.width, y*s.height/out.height) || free.blank(x*free.width/out.width, y*free.height/out.height)
	}
	return out
}
