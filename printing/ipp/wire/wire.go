// Package wire turns IPP messages into bytes and back, as RFC 8010 writes them. Begin with [Message];
// [Decode] reads one, Encode writes one.
//
// It promises that what is read is bounded, that hostile bytes end as errors, and that a message that
// was read is written as the same bytes again.
package wire

// Operations of RFC 8011, the code of a request.
const (
	PrintJob             = 0x0002
	ValidateJob          = 0x0004
	CreateJob            = 0x0005
	SendDocument         = 0x0006
	CancelJob            = 0x0008
	GetJobAttributes     = 0x0009
	GetJobs              = 0x000a
	GetPrinterAttributes = 0x000b
)

// GroupTag begins a group of attributes.
type GroupTag byte

// The groups of a message; an end tag closes the last one.
const (
	OperationGroup   GroupTag = 0x01
	JobGroup         GroupTag = 0x02
	endOfAttributes  GroupTag = 0x03
	PrinterGroup     GroupTag = 0x04
	UnsupportedGroup GroupTag = 0x05
)

// Tag says what a value is.
type Tag byte

// The tags of values.
const (
	TagUnsupported  Tag = 0x10
	TagUnknown      Tag = 0x12
	TagNoValue      Tag = 0x13
	TagInteger      Tag = 0x21
	TagBoolean      Tag = 0x22
	TagEnum         Tag = 0x23
	TagOctets       Tag = 0x30
	TagDateTime     Tag = 0x31
	TagResolution   Tag = 0x32
	TagRange        Tag = 0x33
	TagCollection   Tag = 0x34
	TagTextLanguage Tag = 0x35
	TagNameLanguage Tag = 0x36
	tagEndOf        Tag = 0x37
	TagText         Tag = 0x41
	TagName         Tag = 0x42
	TagKeyword      Tag = 0x44
	TagURI          Tag = 0x45
	TagURIScheme    Tag = 0x46
	TagCharset      Tag = 0x47
	TagLanguage     Tag = 0x48
	TagMIME         Tag = 0x49
	tagMember       Tag = 0x4a
)

// Bounds of a message's attributes.
const (
	// MaxAttributes is how many bytes they may take.
	MaxAttributes = 1 << 20
	maxValues     = 20_000
	maxGroups     = 2_000 // a list of jobs has one for each job
	maxDepth      = 8
	maxLength     = 32_767 // of a name or a value: lengths are signed in RFC 8010
)

// Message is a request or an answer without its document.
type Message struct {
	// Major and Minor are the version of IPP.
	Major, Minor byte
	// Code is the operation of a request, the status of an answer.
	Code      uint16
	RequestID int32
	Groups    []Group
}

// Group is a group of attributes.
type Group struct {
	Tag        GroupTag
	Attributes []Attribute
}

// Attribute is a name with its values, at least one.
type Attribute struct {
	Name   string
	Values []Value
}

// Value is one value: Bytes as they are on the wire, or the Members of a collection.
type Value struct {
	Tag     Tag
	Bytes   []byte
	Members []Attribute
}

// Group is the first group with a tag; nil where there is none.
func (m Message) Group(tag GroupTag) *Group {
	for i := range m.Groups {
		if m.Groups[i].Tag == tag {
			return &m.Groups[i]
		}
	}
	return nil
}

// Values are the values of an attribute; none where the group or the attribute is not there.
func (g *Group) Values(name string) []Value {
	if g == nil {
		return nil
	}
	return find(g.Attributes, name)
}

// First is the first value of an attribute; the zero value where there is none.
func (g *Group) First(name string) Value { return firstOf(g.Values(name)) }

// Member is the first value of a collection's member.
func (v Value) Member(name string) Value { return firstOf(find(v.Members, name)) }

func find(attributes []Attribute, name string) []Value {
	for _, a := range attributes {
		if a.Name == name {
			return a.Values
		}
	}
	return nil
}

func firstOf(values []Value) Value {
	if len(values) == 0 {
		return Value{}
	}
	return values[0]
}
