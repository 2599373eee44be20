package wire_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing/ipp/wire"
)

func sample() wire.Message {
	return wire.Message{Major: 1, Minor: 1, Code: wire.PrintJob, RequestID: 7, Groups: []wire.Group{
		{Tag: wire.OperationGroup, Attributes: []wire.Attribute{
			wire.Attr("attributes-charset", wire.Text(wire.TagCharset, "utf-8")),
			wire.Attr("job-id", wire.Integer(-1)),
			wire.Attr("ipp-attribute-fidelity", wire.Boolean(false)),
			wire.Keywords("requested-attributes", "a", "b"),
		}},
		{Tag: wire.JobGroup, Attributes: []wire.Attribute{
			wire.Attr("media-col", wire.Collection(
				wire.Attr("media-size", wire.Collection(wire.Attr("x-dimension", wire.Integer(10160)), wire.Attr("y-dimension", wire.Range(1, 15240)))),
				wire.Keywords("media-source", "main", "auto"),
			), wire.Collection()),
			wire.Attr("printer-resolution", wire.DotsPerInch(203)),
			wire.Attr("job-state", wire.Enum(9)),
		}},
	}}
}

func TestAMessageIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	data, err := sample().Encode()
	require.NoError(t, err)
	read, document, err := wire.Decode(append(data, "%PDF"...))
	require.NoError(t, err)
	assert.Equal(t, "%PDF", string(document))
	again, err := read.Encode()
	require.NoError(t, err)
	assert.Equal(t, data, again)
	job := read.Group(wire.JobGroup)
	size := job.First("media-col").Member("media-size")
	width, ok := size.Member("x-dimension").Int()
	assert.True(t, ok)
	assert.Equal(t, 10160, width)
	low, high, ok := size.Member("y-dimension").Bounds()
	assert.True(t, ok)
	assert.Equal(t, []int{1, 15240}, []int{low, high})
	assert.Len(t, job.Values("media-col"), 2)
	id, ok := read.Group(wire.OperationGroup).First("job-id").Int()
	assert.True(t, ok)
	assert.Equal(t, -1, id)
	assert.Equal(t, []string{"a", "b"}, wire.Strings(read.Group(wire.OperationGroup).Values("requested-attributes")))
	assert.Nil(t, read.Group(wire.PrinterGroup).Values("x"), "a group that is not there has no values")
}

// TestTheExampleOfRFC8010 reads the request that appendix A.1 of RFC 8010 prints byte by byte.
func TestTheExampleOfRFC8010(t *testing.T) {
	t.Parallel()
	field := func(tag byte, name, value string) string {
		return string([]byte{tag, 0, byte(len(name))}) + name + string([]byte{0, byte(len(value))}) + value
	}
	data := "\x01\x01\x00\x02\x00\x00\x00\x01\x01" + field(0x47, "attributes-charset", "utf-8") + field(0x48, "attributes-natural-language", "en-us") +
		field(0x45, "printer-uri", "ipp://printer.example.com/ipp/print/pinetree") + field(0x42, "job-name", "foobar") +
		field(0x22, "ipp-attribute-fidelity", "\x01") + "\x02" + field(0x21, "copies", "\x00\x00\x00\x14") +
		field(0x44, "sides", "two-sided-long-edge") + "\x03%!PDF..."
	m, document, err := wire.Decode([]byte(data))
	require.NoError(t, err)
	assert.Equal(t, "%!PDF...", string(document))
	assert.EqualValues(t, wire.PrintJob, m.Code)
	copies, _ := m.Group(wire.JobGroup).First("copies").Int()
	assert.Equal(t, 20, copies)
	fidelity, _ := m.Group(wire.OperationGroup).First("ipp-attribute-fidelity").Bool()
	assert.True(t, fidelity)
	again, err := m.Encode()
	require.NoError(t, err)
	assert.Equal(t, data, string(again)+string(document))
}

func TestATextWithALanguageIsItsText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "hola", wire.Value{Tag: wire.TagTextLanguage, Bytes: []byte("\x00\x02es\x00\x04hola")}.String())
	for _, broken := range []string{"", "\x00", "\x00\x09es", "\x00\x02es\x00\x09hola"} {
		assert.Empty(t, wire.Value{Tag: wire.TagNameLanguage, Bytes: []byte(broken)}.String())
	}
}

func TestHostileMessagesAreRefused(t *testing.T) {
	t.Parallel()
	head := "\x02\x00\x00\x00\x00\x00\x00\x01"
	open := "\x34\x00\x01c\x00\x00"
	inner := "\x4a\x00\x00\x00\x01m\x34\x00\x00\x00\x00"
	for words, data := range map[string]string{
		"cut off":           head[:5],
		"is cut off":        head + "\x01\x21\x00\x01a\x00\x04\x00",
		"outside of a g":    head + "\x21\x00\x01a\x00\x04\x00\x00\x00\x01\x03",
		"tag 0":             head + "\x00\x03",
		"before it":         head + "\x01\x21\x00\x00\x00\x04\x00\x00\x00\x01\x03",
		"too long":          head + "\x01\x30\x80\x00" + strings.Repeat("a", 0x8000) + "\x00\x00\x03",
		"not closed":        head + "\x01" + open + "\x03\x00\x00\x00\x00\x00",
		"a collection is n": head + "\x01" + open + "\x21\x00\x01a\x00\x04\x00\x00\x00\x01\x03",
		"has no name":       head + "\x01" + open + "\x4a\x00\x00\x00\x00",
		"has no value":      head + "\x01" + open + "\x4a\x00\x00\x00\x01m\x37\x00\x00\x00\x00\x03",
		"has a value":       head + "\x01" + open + "\x37\x00\x00\x00\x01x\x03",
		"first member":      head + "\x01" + open + "\x21\x00\x00\x00\x04\x00\x00\x00\x01",
		"of a collection":   head + "\x01\x37\x00\x01a\x00\x00\x03",
		"8 deep":            head + "\x01" + open + strings.Repeat(inner, 1000),
		"20000 values":      head + "\x01\x21\x00\x01a\x00\x00" + strings.Repeat("\x13\x00\x00\x00\x00", 20_001) + "\x03",
		"2000 groups":       head + strings.Repeat("\x02", 2_001) + "\x03",
		"message is cut":    head + "\x01" + strings.Repeat("\x30\x00\x01a\x70\x00"+strings.Repeat("x", 0x7000), 40) + "\x03",
	} {
		_, _, err := wire.Decode([]byte(data))
		assert.ErrorContains(t, err, words)
	}
}

func TestWhatCannotBeWrittenIsSaid(t *testing.T) {
	t.Parallel()
	long := wire.Text(wire.TagText, strings.Repeat("a", 40_000))
	big := make([]wire.Attribute, 0, 50)
	for range 50 {
		big = append(big, wire.Attr("a", wire.Text(wire.TagText, strings.Repeat("a", 30_000))))
	}
	for words, attributes := range map[string][]wire.Attribute{
		"has no name or no value":      {wire.Attr("a")},
		"too long":                     {wire.Attr("a", long)},
		"bytes is too long":            big,
		`the member "m" has no name o`: {wire.Attr("a", wire.Collection(wire.Attr("m")))},
	} {
		_, err := wire.Message{Groups: []wire.Group{{Tag: wire.JobGroup, Attributes: attributes}}}.Encode()
		assert.ErrorContains(t, err, words)
	}
}

func FuzzMessage(f *testing.F) {
	data, err := sample().Encode()
	require.NoError(f, err)
	f.Add(data)
	f.Add(append(data, "%PDF-1.7"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, document, err := wire.Decode(data)
		if err != nil {
			return
		}
		again, err := m.Encode()
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, append(again, document...)), "a message that was read is written as the same bytes")
	})
}
