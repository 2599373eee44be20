package pdf

import "github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

// shortNames are those of an inline picture's entries and colour spaces (ISO 32000 tables 91 and 92).
var shortNames = map[string]string{
	"BPC": "BitsPerComponent", "CS": "ColorSpace", "D": "Decode", "DP": "DecodeParms", "F": "Filter", "H": "Height", "IM": "ImageMask", "W": "Width",
	"G": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK", "I": "Indexed",
}

func longName(name string) string {
	if long, ok := shortNames[name]; ok {
		return long
	}
	return name
}

// inlinePicture is the picture between BI and EI as if it were an object; without entries if one of
// them is a dictionary.
func inlinePicture(operands []operand, raw []byte) types.StreamDict {
	d := types.Dict{}
	for i := 0; i+1 < len(operands); i += 2 {
		if operands[i].kind != isName || operands[i+1].kind == isBracket {
			return types.StreamDict{Raw: raw}
		}
		d[longName(operands[i].name)] = operands[i+1].object()
	}
	return types.StreamDict{Dict: d, Raw: raw}
}

func (o operand) object() types.Object {
	switch o.kind {
	case isNumber:
		return types.Float(o.number)
	case isName:
		return types.Name(longName(o.name))
	case isArray:
		a := types.Array{}
		for _, item := range o.list {
			a = append(a, item.object())
		}
		return a
	case isWord:
		return types.Boolean(o.name == "true")
	case isText:
		return types.HexLiteral("")
	case isBracket:
	}
	return nil
}
