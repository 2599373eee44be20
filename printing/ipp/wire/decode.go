package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var errCutOff = errors.New("the IPP message is cut off")

// Decode reads a message; what follows its attributes is the document.
func Decode(data []byte) (m Message, document []byte, err error) {
	if len(data) < 8 {
		return m, nil, errCutOff
	}
	m.Major, m.Minor = data[0], data[1]
	m.Code = binary.BigEndian.Uint16(data[2:])
	m.RequestID = int32(binary.BigEndian.Uint32(data[4:])) //nolint:gosec // the wire's two's complement
	r := reader{rest: data[8:min(len(data), MaxAttributes)]}
	for {
		tag, err := r.peek()
		if err != nil {
			return m, nil, err
		}
		if tag >= 0x10 {
			return m, nil, fmt.Errorf("a value with tag %#02x stands outside of a group", tag)
		}
		r.rest = r.rest[1:]
		if GroupTag(tag) == endOfAttributes {
			return m, data[r.read(data):], nil
		}
		if tag == 0 {
			return m, nil, errors.New("a group has tag 0")
		}
		attributes, err := r.attributes()
		if err != nil {
			return m, nil, err
		}
		if m.Groups = append(m.Groups, Group{GroupTag(tag), attributes}); len(m.Groups) > maxGroups {
			return m, nil, fmt.Errorf("an IPP message has more than %d groups", maxGroups)
		}
	}
}

// reader reads attributes, and counts how many values they have.
type reader struct {
	rest   []byte
	values int
}

// read is how much of all data has been read.
func (r *reader) read(data []byte) int { return min(len(data), MaxAttributes) - len(r.rest) }

func (r *reader) peek() (byte, error) {
	if len(r.rest) == 0 {
		return 0, errCutOff
	}
	return r.rest[0], nil
}

// field reads a tag, a name and a value.
func (r *reader) field() (tag Tag, name string, value []byte, err error) {
	if r.values++; r.values > maxValues {
		return 0, "", nil, fmt.Errorf("an IPP message has more than %d values", maxValues)
	}
	if len(r.rest) == 0 {
		return 0, "", nil, errCutOff
	}
	tag = Tag(r.rest[0])
	nameBytes, rest, ok := counted(r.rest[1:])
	if !ok {
		return 0, "", nil, errCutOff
	}
	if value, rest, ok = counted(rest); !ok {
		return 0, "", nil, errCutOff
	}
	if len(nameBytes) > maxLength || len(value) > maxLength {
		return 0, "", nil, errors.New("an IPP name or value is too long")
	}
	r.rest = rest
	return tag, string(nameBytes), value, nil
}

// attributes reads up to the tag of the next group.
func (r *reader) attributes() ([]Attribute, error) {
	var all []Attribute
	for {
		next, err := r.peek()
		if err != nil {
			return nil, err
		}
		if next < 0x10 {
			return all, nil
		}
		tag, name, bytes, err := r.field()
		if err != nil {
			return nil, err
		}
		value, err := r.value(tag, bytes, 0)
		if err != nil {
			return nil, err
		}
		switch {
		case name != "":
			all = append(all, Attribute{name, []Value{value}})
		case len(all) == 0:
			return nil, errors.New("a further value has no attribute before it")
		default:
			all[len(all)-1].Values = append(all[len(all)-1].Values, value)
		}
	}
}

func (r *reader) value(tag Tag, bytes []byte, depth int) (Value, error) {
	if tag == tagEndOf || tag == tagMember {
		return Value{}, fmt.Errorf("tag %#02x stands outside of a collection", byte(tag))
	}
	value := Value{Tag: tag, Bytes: bytes}
	var err error
	if tag == TagCollection {
		value.Members, err = r.members(depth + 1)
	}
	return value, err
}

// members reads a collection up to its end.
func (r *reader) members(depth int) ([]Attribute, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("collections stand more than %d deep in each other", maxDepth)
	}
	var all []Attribute
	for {
		tag, name, bytes, err := r.field()
		if err != nil {
			return nil, err
		}
		last := len(all) - 1
		switch {
		case tag < 0x10 || name != "":
			return nil, errors.New("a collection is not closed")
		case tag == tagMember && len(bytes) == 0:
			return nil, errors.New("a member of a collection has no name")
		case (tag == tagMember || tag == tagEndOf) && last >= 0 && len(all[last].Values) == 0:
			return nil, fmt.Errorf("the member %q has no value", all[last].Name)
		case tag == tagMember:
			all = append(all, Attribute{Name: string(bytes)})
		case tag == tagEndOf && len(bytes) > 0:
			return nil, errors.New("the end of a collection has a value")
		case tag == tagEndOf:
			return all, nil
		case last < 0:
			return nil, errors.New("a value stands before the first member of a collection")
		default:
			value, err := r.value(tag, bytes, depth)
			if err != nil {
				return nil, err
			}
			all[last].Values = append(all[last].Values, value)
		}
	}
}
