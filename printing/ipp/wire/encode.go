package wire

import (
	"encoding/binary"
	"fmt"
)

// Encode writes the message; the document follows it as it is.
func (m Message) Encode() ([]byte, error) {
	data := []byte{m.Major, m.Minor}
	data = binary.BigEndian.AppendUint16(data, m.Code)
	data = binary.BigEndian.AppendUint32(data, uint32(m.RequestID)) //nolint:gosec // the wire's two's complement
	var err error
	for _, group := range m.Groups {
		data = append(data, byte(group.Tag))
		for _, attribute := range group.Attributes {
			if data, err = appendAttribute(data, attribute); err != nil {
				return nil, err
			}
		}
	}
	if len(data) >= MaxAttributes {
		return nil, fmt.Errorf("an IPP message of %d bytes is too long", len(data))
	}
	return append(data, byte(endOfAttributes)), nil
}

func appendAttribute(data []byte, a Attribute) ([]byte, error) {
	if a.Name == "" || len(a.Values) == 0 {
		return nil, fmt.Errorf("the IPP attribute %q has no name or no value", a.Name)
	}
	var err error
	name := a.Name
	for _, v := range a.Values {
		if data, err = appendValue(data, name, v); err != nil {
			return nil, fmt.Errorf("%s: %w", a.Name, err)
		}
		name = "" // further values have none
	}
	return data, nil
}

func appendValue(data []byte, name string, v Value) ([]byte, error) {
	data, err := appendField(data, v.Tag, name, v.Bytes)
	if err != nil || v.Tag != TagCollection {
		return data, err
	}
	for _, member := range v.Members {
		if data, err = appendField(data, tagMember, "", []byte(member.Name)); err != nil {
			return nil, err
		}
		if member.Name == "" || len(member.Values) == 0 {
			return nil, fmt.Errorf("the member %q has no name or no value", member.Name)
		}
		for _, inner := range member.Values {
			if data, err = appendValue(data, "", inner); err != nil {
				return nil, err
			}
		}
	}
	return appendField(data, tagEndOf, "", nil)
}

func appendField(data []byte, tag Tag, name string, value []byte) ([]byte, error) {
	if len(name) > maxLength || len(value) > maxLength {
		return nil, fmt.Errorf("a name of %d bytes or a value of %d is too long", len(name), len(value))
	}
	data = append(data, byte(tag))
	data = binary.BigEndian.AppendUint16(data, uint16(len(name))) //nolint:gosec // bounded above
	data = append(data, name...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(value))) //nolint:gosec // bounded above
	return append(data, value...), nil
}
