package pdf

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// salvaged is a file whose table of objects is damaged: its objects were found by their headings.
// If a number occurs twice, the last object counts, as after an update.
type salvaged struct {
	objects     map[int]types.Object
	generations map[int]int
	trailer     types.Dict
	catalog     int
	inStreams   []int // object streams, in the order of the file
	size        int   // of the file
	left        int   // bytes that may still be read; overlapping junk could be read endlessly
}

var objectStart = regexp.MustCompile(`(?:^|[\s>])([0-9]{1,7})[ \t\r\n]+([0-9]{1,5})[ \t\r\n]+obj\b`)

// salvage reads a file by its objects' headings, including the objects in its object streams.
func salvage(data []byte, limits Limits) (s *source, err error) {
	defer recoverAsError(&err)
	found := &salvaged{objects: map[int]types.Object{}, generations: map[int]int{}, trailer: types.Dict{}, size: len(data), left: 4*len(data) + 1<<20}
	if err := found.scan(data, limits); err != nil {
		return nil, err
	}
	s = &source{objects: found, fonts: map[types.IndirectRef]*font{}, limits: limits, salvaged: true, oddNames: true}
	if found.trailer["Encrypt"] != nil {
		key, err := s.unlock(found.trailer)
		if err != nil {
			return nil, err
		}
		found.decrypt(key)
		s.encrypted = true
	}
	if err := found.openStreams(s); err != nil {
		return nil, err
	}
	return s, s.findPages()
}

func (f *salvaged) object(ref types.IndirectRef) types.Object {
	return f.objects[ref.ObjectNumber.Value()]
}

func (f *salvaged) numbers() []int { return lo.Keys(f.objects) }

func (f *salvaged) root() types.Object {
	switch root := f.trailer["Root"].(type) {
	case types.IndirectRef:
		if f.object(root) != nil {
			return root
		}
	case types.Dict:
		return root
	}
	return *types.NewIndirectRef(f.catalog, 0)
}

func (f *salvaged) scan(data []byte, limits Limits) error {
	for at := 0; f.left > 0; {
		from := at
		m := objectStart.FindSubmatchIndex(data[at:])
		upTo := len(data)
		if m != nil {
			upTo = at + m[2]
		}
		f.scanTrailers(data[at:upTo])
		if m == nil {
			return nil
		}
		number, err := strconv.Atoi(string(data[at+m[2] : at+m[3]]))
		if err != nil {
			return err
		}
		p := &objectParser{lexer: lexer{data: data, at: at + m[1]}}
		f.left -= m[1]
		if f.read(p, number) {
			at = p.at
			f.generations[number], _ = strconv.Atoi(string(data[from+m[4] : from+m[5]]))
		} else {
			at += m[1]
			f.left -= max(0, p.at-at)
		}
		if len(f.objects) > limits.Objects {
			return newError(Damaged, "more than %d objects", limits.Objects)
		}
	}
	return nil
}

// read takes an object with its stream and reports whether it is whole.
func (f *salvaged) read(p *objectParser, number int) bool {
	o, err := p.object(0)
	if err != nil {
		return false
	}
	d, isDict := o.(types.Dict)
	if !isDict {
		f.objects[number] = o
		return true
	}
	raw, whole := p.stream(d)
	switch {
	case !whole:
		delete(f.objects, number)
		f.left -= len(p.data) - p.at // the search for its end read all of that
		return false
	case raw != nil:
		f.objects[number] = types.StreamDict{Dict: d, Raw: raw}
	default:
		f.objects[number] = d
	}
	switch kind, _ := d["Type"].(types.Name); kind {
	case "Catalog":
		f.catalog = number
	case "XRef":
		f.addTrailer(d)
	case "ObjStm":
		f.inStreams = append(f.inStreams, number)
	}
	return true
}

func (f *salvaged) scanTrailers(data []byte) {
	const word = "trailer"
	for {
		i := bytes.Index(data, []byte(word))
		if i < 0 {
			return
		}
		data = data[i+len(word):]
		p := &objectParser{lexer: lexer{data: data}}
		if d, err := p.object(0); err == nil {
			if d, ok := d.(types.Dict); ok {
				f.addTrailer(d)
			}
		}
		f.left -= p.at
		if f.left <= 0 {
			return
		}
	}
}

func (f *salvaged) addTrailer(d types.Dict) {
	for _, key := range []string{"Root", "Encrypt", "ID"} {
		if o, ok := d[key]; ok {
			f.trailer[key] = o
		}
	}
}

// openStreams takes the objects out of object streams (ISO 32000 7.5.7). An object that is also in
// the file directly is newer there.
func (f *salvaged) openStreams(s *source) error {
	alone := lo.SliceToMap(lo.Keys(f.objects), func(n int) (int, bool) { return n, true })
	left := objectStreamBytes(f.size)
	for _, number := range f.inStreams {
		stream, ok := f.objects[number].(types.StreamDict)
		if !ok {
			continue
		}
		content, err := s.unpackTo(stream, left)
		var refused *Error
		if errors.As(err, &refused) && refused.Reason != Damaged {
			return err
		}
		if err != nil {
			continue
		}
		left -= int64(len(content))
		f.left += 2 * len(content)
		if err := f.openStream(stream.Dict, content, alone, s.limits); err != nil {
			return err
		}
	}
	return nil
}

func (f *salvaged) openStream(d types.Dict, content []byte, alone map[int]bool, limits Limits) error {
	first, _ := d["First"].(types.Integer)
	if first < 0 || int(first) > len(content) {
		return nil
	}
	head := &objectParser{lexer: lexer{data: content[:first]}}
	for head.at < len(head.data) {
		number, isNumber := head.integer()
		offset, isOffset := head.integer()
		offset += int(first)
		if !isNumber || !isOffset || alone[number] || offset < int(first) || offset > len(content) {
			continue
		}
		p := &objectParser{lexer: lexer{data: content, at: offset}}
		o, err := p.object(0)
		f.left -= p.at - offset
		if f.left <= 0 {
			return nil
		}
		if err != nil {
			continue
		}
		f.objects[number] = o
		if d, ok := o.(types.Dict); ok && d["Type"] == types.Name("Catalog") {
			f.catalog = number
		}
		if len(f.objects) > limits.Objects {
			return newError(Damaged, "more than %d objects", limits.Objects)
		}
	}
	return nil
}

// withFilters fills in the filters with which pdfcpu unpacks a stream.
func (s *source) withFilters(stream types.StreamDict) types.StreamDict {
	names, parameters := s.array(stream.Dict["Filter"]), s.array(stream.Dict["DecodeParms"])
	if names == nil && s.name(stream.Dict["Filter"]) != "" {
		names, parameters = types.Array{stream.Dict["Filter"]}, types.Array{stream.Dict["DecodeParms"]}
	}
	stream.FilterPipeline = nil
	for i, o := range names {
		f := types.PDFFilter{Name: cmp.Or(filterNames[s.name(o)], s.name(o))}
		if i < len(parameters) {
			f.DecodeParms = s.dict(parameters[i])
		}
		stream.FilterPipeline = append(stream.FilterPipeline, f)
	}
	return stream
}

// filterNames are the short names that some producers use for streams, too.
var filterNames = map[string]string{
	"A85": "ASCII85Decode", "AHx": "ASCIIHexDecode", "CCF": "CCITTFaxDecode", "DCT": "DCTDecode",
	"Fl": "FlateDecode", "LZW": "LZWDecode", "RL": "RunLengthDecode",
}
