package wire

import (
	"encoding/binary"
	"slices"
)

// Attr is an attribute with its values.
func Attr(name string, values ...Value) Attribute { return Attribute{Name: name, Values: values} }

// Keywords is an attribute of keywords.
func Keywords(name string, keywords ...string) Attribute {
	a := Attribute{Name: name}
	for _, k := range keywords {
		a.Values = append(a.Values, Text(TagKeyword, k))
	}
	return a
}

// Text is a value that is a text of some kind: a keyword, a name, an address.
func Text(tag Tag, text string) Value { return Value{Tag: tag, Bytes: []byte(text)} }

// Integer is a number.
func Integer(n int) Value { return number(TagInteger, n) }

// Enum is a number that stands for a word, such as a state.
func Enum(n int) Value { return number(TagEnum, n) }

func number(tag Tag, n int) Value {
	return Value{Tag: tag, Bytes: binary.BigEndian.AppendUint32(nil, uint32(int32(n)))} //nolint:gosec // callers give small numbers
}

// Boolean is yes or no.
func Boolean(yes bool) Value {
	if yes {
		return Value{Tag: TagBoolean, Bytes: []byte{1}}
	}
	return Value{Tag: TagBoolean, Bytes: []byte{0}}
}

// Range is the numbers from low to high.
func Range(low, high int) Value {
	return Value{Tag: TagRange, Bytes: slices.Concat(Integer(low).Bytes, Integer(high).Bytes)}
}

// DotsPerInch is a resolution, the same both ways.
func DotsPerInch(n int) Value {
	return Value{Tag: TagResolution, Bytes: slices.Concat(Integer(n).Bytes, Integer(n).Bytes, []byte{3})}
}

// Collection is a value made of attributes.
func Collection(members ...Attribute) Value { return Value{Tag: TagCollection, Members: members} }

// Int is the number of an integer or an enum; false where the value is none.
func (v Value) Int() (int, bool) {
	if v.Tag != TagInteger && v.Tag != TagEnum || len(v.Bytes) != 4 {
		return 0, false
	}
	return int(int32(binary.BigEndian.Uint32(v.Bytes))), true //nolint:gosec // the wire's two's complement
}

// Bool is yes or no; the second is false where the value is neither.
func (v Value) Bool() (yes, ok bool) {
	if v.Tag != TagBoolean || len(v.Bytes) != 1 {
		return false, false
	}
	return v.Bytes[0] != 0, true
}

// Bounds are the ends of a range; a single number is a range of one.
func (v Value) Bounds() (low, high int, ok bool) {
	if n, isNumber := v.Int(); isNumber {
		return n, n, true
	}
	if v.Tag != TagRange || len(v.Bytes) != 8 {
		return 0, 0, false
	}
	low, _ = Value{Tag: TagInteger, Bytes: v.Bytes[:4]}.Int()
	high, _ = Value{Tag: TagInteger, Bytes: v.Bytes[4:]}.Int()
	return low, high, true
}

// String is the text of a text, name, keyword, address or type, without its language; "" for what is no text.
func (v Value) String() string {
	switch {
	case v.Tag == TagTextLanguage || v.Tag == TagNameLanguage:
		_, rest, ok := counted(v.Bytes)
		if !ok {
			return ""
		}
		text, _, _ := counted(rest)
		return string(text)
	case v.Tag >= TagText && v.Tag < tagMember:
		return string(v.Bytes)
	}
	return ""
}

// counted splits off what follows a length of two bytes.
func counted(data []byte) (field, rest []byte, ok bool) {
	if len(data) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(data))
	if len(data)-2 < n {
		return nil, nil, false
	}
	return data[2 : 2+n], data[2+n:], true
}

// Strings are the texts of values.
func Strings(values []Value) []string {
	var texts []string
	for _, v := range values {
		if text := v.String(); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}
