package paper

import (
	"bytes"
	"fmt"
	"strings"
)

// ZPL is the label as one format, in UTF-8 (^CI28) with everything beyond ASCII
// as hex under ^FH. In sections it is written as Mercado Libre writes it: ^FX
// comments between its parts, and numbers split over several fields.
func ZPL(label Label, inSections bool) []byte {
	var out bytes.Buffer
	out.WriteString("^XA\n^MCY\n^CI28\n^LH5,15\n")
	if inSections {
		out.WriteString("^FX HEADER ^FS\n")
	}
	for _, field := range label.fields() {
		if inSections && field.bold && strings.Contains(field.text, ": ") {
			splitField(&out, field)
			continue
		}
		fmt.Fprintf(&out, "^FO%d,%d^A0N,%d,%d^FH^FD%s^FS\n", field.x, field.y, field.size, field.size, hexField(field.text))
	}
	fmt.Fprintf(&out, "^FO%d,170^GB%d,2,2^FS\n", margin, printWidth)
	if inSections {
		out.WriteString("^FX Shipment_Number_Bar_Code ^FS\n")
	}
	switch {
	case label.QR:
		fmt.Fprintf(&out, "^FO%d,%d^BQN,2,6^FDLA,%s^FS\n", margin+24, codeTop+24, label.Code)
	default:
		width := min(3, printWidth/((len(label.Code)+3)*11+2+2*quiet))
		fmt.Fprintf(&out, "^FO%d,%d^BY%d,,1^BCN,%d,N,N,N^FD>:%s^FS\n", margin+quiet*width, codeTop, width, codeHeight, label.Code)
	}
	if inSections {
		out.WriteString("^FX CUSTOM_DATA ^FS\n")
	}
	out.WriteString("^PQ1,0,0,N\n^XZ\n")
	return out.Bytes()
}

// splitField prints the number in two fields beside its caption, the second one
// twice, a dot apart, so that it looks bold.
func splitField(out *bytes.Buffer, field field) {
	caption, value, _ := strings.Cut(field.text, ": ")
	head, tail := value, ""
	if len(value) > 5 {
		head, tail = value[:len(value)-5], value[len(value)-5:]
	}
	fmt.Fprintf(out, "^FO%d,%d^A0N,%d,%d^FH^FD%s: %s^FS\n", field.x, field.y, field.size, field.size, hexField(caption), hexField(head))
	x := field.x + (len(caption)+2+len(head))*field.size/2
	for bold := range 2 {
		if tail != "" {
			fmt.Fprintf(out, "^FO%d,%d^A0N,%d,%d^FH^FD%s^FS\n", x+bold, field.y, field.size+2, field.size+2, hexField(tail))
		}
	}
}

// hexField writes what a field under ^FH cannot hold as it is as _ and two hex digits.
func hexField(text string) string {
	var out strings.Builder
	for _, letter := range []byte(text) {
		if letter >= 0x20 && letter < 0x7F && !strings.ContainsRune(`^~_\`, rune(letter)) {
			out.WriteByte(letter)
			continue
		}
		fmt.Fprintf(&out, "_%02X", letter)
	}
	return out.String()
}
