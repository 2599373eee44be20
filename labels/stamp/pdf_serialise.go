package stamp

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// serialised writes an object as it stands in a file, numbers without loss.
func serialised(o types.Object) string {
	var out bytes.Buffer
	put(&out, o, 0)
	return out.String()
}

func put(out *bytes.Buffer, o types.Object, depth int) {
	if depth > 4*deepest {
		out.WriteString("null")
		return
	}
	switch o := o.(type) {
	case types.Dict:
		keys := make([]string, 0, len(o))
		for key := range o {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		out.WriteString("<<")
		for _, key := range keys {
			out.WriteString("/" + types.EncodeName(key) + " ")
			put(out, o[key], depth+1)
		}
		out.WriteString(">>")
	case types.Array:
		out.WriteByte('[')
		for i, item := range o {
			if i > 0 {
				out.WriteByte(' ')
			}
			put(out, item, depth+1)
		}
		out.WriteByte(']')
	case types.Float:
		out.WriteString(strconv.FormatFloat(float64(o), 'f', -1, 64))
	case nil:
		out.WriteString("null")
	default:
		out.WriteString(o.PDFString())
	}
}
