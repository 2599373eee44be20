package pdf

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// Limits bound what a file may ask of the machine. A zero field means its
// default.
type Limits struct {
	Bytes       int64         // of the file; 64 MiB
	Pages       int           // 1,000
	Objects     int           // 200,000
	StreamBytes int64         // of one stream, packed or unpacked; 32 MiB
	DrawnBytes  int64         // unpacked, of all that is read of the pages; 256 MiB
	Time        time.Duration // for reading the file's structure; 20 s
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 64 << 20
	}
	if l.Pages <= 0 {
		l.Pages = 1_000
	}
	if l.Objects <= 0 {
		l.Objects = 200_000
	}
	if l.StreamBytes <= 0 {
		l.StreamBytes = 32 << 20
	}
	if l.DrawnBytes <= 0 {
		l.DrawnBytes = 256 << 20
	}
	if l.Time <= 0 {
		l.Time = 20 * time.Second
	}
	return l
}

// source is a file's objects and its pages, with what they inherit.
type source struct {
	objects   objects
	data      []byte // as it came, unless it was salvaged
	limits    Limits
	pages     []page
	sound     int          // of the pages, those that can be printed
	off       map[int]bool // optional content groups, true for those switched off
	encrypted bool
	salvaged  bool  // its table of objects was made anew
	drawn     int64 // bytes unpacked so far
	operators int   // that may still be run
}

// objects are what a file is made of, however they were found.
type objects interface {
	object(ref types.IndirectRef) types.Object // nil when there is none
	numbers() []int
	root() types.Object
}

// table is pdfcpu's. Data is the file, unless it was decrypted; reread is what
// was found in it again.
type table struct {
	*model.XRefTable
	data   []byte
	reread *salvaged
}

func newTable(t *model.XRefTable, data []byte) table {
	return table{t, data, &salvaged{objects: map[int]types.Object{}, left: 4 * len(data)}}
}

func (t table) object(ref types.IndirectRef) types.Object {
	o, err := t.Dereference(ref)
	if err != nil || o == nil {
		return t.readAgain(ref.ObjectNumber.Value())
	}
	return o
}

// readAgain reads an object that pdfcpu gave up, as one without its end.
func (t table) readAgain(number int) types.Object {
	if o, ok := t.reread.objects[number]; ok || t.reread.left <= 0 {
		return o
	}
	t.reread.objects[number] = nil
	entry := t.Table[number]
	if entry == nil || entry.Free || entry.Compressed || entry.Offset == nil || *entry.Offset < 0 || *entry.Offset >= int64(len(t.data)) {
		return nil
	}
	const heading = 32
	data := t.data[*entry.Offset:]
	m := objectStart.FindSubmatchIndex(data[:min(len(data), heading)])
	if m == nil || string(data[m[2]:m[3]]) != strconv.Itoa(number) {
		return nil
	}
	p := &objectParser{lexer{data: data, at: m[1]}}
	t.reread.read(p, number)
	t.reread.left -= p.at
	return t.reread.objects[number]
}

func (t table) numbers() []int { return lo.Keys(t.Table) }

func (t table) root() types.Object {
	if t.Root == nil {
		return nil
	}
	return *t.Root
}

const maxDepth = 60

// pdfcpu would write a configuration folder into the user's home. It keeps this
// choice in a variable of its own, so it is made before anything runs.
func init() { api.DisableConfigDir() }

func configuration(l Limits) *model.Configuration {
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits.MaxStreamBytes = l.StreamBytes
	conf.Limits.MaxDecodeBytes = l.StreamBytes
	conf.Limits.MaxObjectCount = l.Objects
	conf.Limits.MaxXRefEntries = l.Objects
	conf.Limits.MaxObjectStreamCount = l.Objects
	conf.Limits.MaxRecursionDepth = maxDepth
	return conf
}

// readBytes opens a file and finds its pages. It is not validated: what pdfcpu's
// relaxed validation refuses is mostly nothing that a printer looks at, and it
// changes objects on the way.
func readBytes(data []byte, limits Limits) (s *source, err error) {
	defer recovered(&err)
	limits = limits.withDefaults()
	if err := sniff(data, limits); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), limits.Time)
	defer cancel()
	document, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), configuration(limits))
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword):
		return nil, &Error{Reason: Encrypted, Cause: err}
	case err != nil:
		return nil, &Error{Reason: Damaged, Cause: err}
	}
	s = &source{limits: limits, operators: fileBudget, encrypted: document.Encrypt != nil}
	if !s.encrypted { // pdfcpu changes the lengths of what it decrypts
		s.data = data
	}
	s.objects = newTable(document.XRefTable, s.data)
	return s, s.findPages()
}

// isWhole tells whether a stream's length leads to its end: a length that is too
// small would cut the drawing.
func (s *source) isWhole(stream types.StreamDict) bool {
	if s.data == nil || stream.StreamOffset <= 0 || stream.StreamLength == nil {
		return true
	}
	end := stream.StreamOffset + *stream.StreamLength
	if end < 0 || end > int64(len(s.data)) {
		return false
	}
	after := bytes.TrimLeft(s.data[end:min(int64(len(s.data)), end+32)], "\x00\t\f\r\n ")
	return bytes.HasPrefix(after, []byte("endstream")) || bytes.HasPrefix(after, []byte("endobj"))
}

const headerWithin = 1024

func sniff(data []byte, limits Limits) error {
	head := data[:min(len(data), headerWithin)]
	switch {
	case len(bytes.Trim(head, " \t\r\n\x00\xef\xbb\xbf")) == 0:
		return refuse(Empty, "%d bytes", len(data))
	case !bytes.Contains(head, []byte("%PDF-")):
		return refuse(NotPDF, "no header within the first %d bytes", headerWithin)
	case int64(len(data)) > limits.Bytes:
		return refuse(TooLarge, "%d bytes, allowed are %d", len(data), limits.Bytes)
	}
	return nil
}

// recovered turns a panic of the library on an odd file into an error.
func recovered(err *error) {
	if r := recover(); r != nil {
		*err = refuse(Damaged, "reading it panicked: %v", r)
	}
}

// get follows references to the object itself; what cannot be had is null.
func (s *source) get(o types.Object) types.Object {
	for range maxDepth {
		ref, ok := o.(types.IndirectRef)
		if !ok {
			return o
		}
		o = s.objects.object(ref)
	}
	return nil
}

func (s *source) dict(o types.Object) types.Dict {
	switch o := s.get(o).(type) {
	case types.Dict:
		return o
	case types.StreamDict:
		return o.Dict
	}
	return nil
}

func (s *source) array(o types.Object) types.Array {
	a, _ := s.get(o).(types.Array)
	return a
}

func (s *source) name(o types.Object) string {
	n, _ := s.get(o).(types.Name)
	return string(n)
}

func (s *source) number(o types.Object) (float64, bool) {
	switch n := s.get(o).(type) {
	case types.Integer:
		return float64(n), true
	case types.Float:
		return float64(n), true
	}
	return 0, false
}

func (s *source) matrix(o types.Object) matrix {
	a := s.array(o)
	if len(a) != len(identity) {
		return identity
	}
	var m matrix
	for i := range m {
		n, ok := s.number(a[i])
		if !ok {
			return identity
		}
		m[i] = n
	}
	return m
}
