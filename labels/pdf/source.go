package pdf

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/budget"
)

// Limits bound what reading one file may cost. A zero field means its default, given last.
type Limits struct {
	Bytes       int64         // of the file; 64 MiB
	Pages       int           // 1,000
	Objects     int           // 200,000
	StreamBytes int64         // of one stream, packed or unpacked; 32 MiB
	DrawnBytes  int64         // unpacked, of everything that is read for the pages; 256 MiB
	Time        time.Duration // for reading the file's structure; 20 s

	// Budget is what reading is charged to, together with the other files of a bundle; nil means one
	// for this file.
	Budget *budget.Budget
}

func (l Limits) withDefaults(data []byte) Limits {
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
	if l.Budget == nil {
		l.Budget = budget.New(context.Background(), budget.For(int64(len(data))))
	}
	return l
}

// source is a file's objects and its pages, with what they inherit.
type source struct {
	objects objects
	data    []byte // as it came, unless it was salvaged
	limits  Limits
	pages   []page
	fonts   map[types.IndirectRef]*font // those that were read
	sound   int                         // number of pages that can be printed

	listedAgain   int            // pages that were dropped because they are listed more often than they are counted
	made          []types.Object // objects of our own; see insert
	drawnFields   int            // fields of a form whose values were drawn
	undrawnFields int            // and those whose values could not be
	oddNames      bool           // some name has a # of its own
	cutPictures   map[int]bool   // by object number, of the pictures that were looked at
	off           map[int]bool   // optional content groups, true for those switched off
	encrypted     bool
	salvaged      bool  // its table of objects was rebuilt
	drawn         int64 // bytes unpacked so far
}

// objects are a file's objects, however they were found.
type objects interface {
	object(ref types.IndirectRef) types.Object // nil when there is none
	numbers() []int
	root() types.Object
}

// table is pdfcpu's table of objects. Data is the file, unless it was decrypted; reread are the
// objects that were read from it again.
type table struct {
	*model.XRefTable
	data   []byte
	reread *salvaged
}

func newTable(t *model.XRefTable, data []byte) table {
	return table{t, data, &salvaged{objects: map[int]types.Object{}, trailer: types.Dict{}, left: 4 * len(data)}}
}

func (t table) object(ref types.IndirectRef) types.Object {
	number := ref.ObjectNumber.Value()
	t.readPacked(number)
	if o := t.reread.objects[number]; o != nil {
		return o
	}
	o, err := t.Dereference(ref)
	if err != nil || o == nil {
		return t.readAgain(number)
	}
	if stream, ok := o.(types.StreamDict); ok && !isWhole(stream, t.data) {
		return cmp.Or(t.readAgain(number), o)
	}
	return o
}

// readAgain reads an object that pdfcpu could not, such as one without its end or one whose length
// is wrong.
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
	p := &objectParser{lexer: lexer{data: data, at: m[1]}}
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

// pdfcpu would write a configuration folder into the user's home. The choice is a variable of its
// package, so it is set before anything runs.
func init() { api.DisableConfigDir() }

func configuration(l Limits, size int) *model.Configuration {
	conf := model.NewDefaultConfiguration()
	conf.ValidationMode = model.ValidationRelaxed
	conf.Offline = true
	conf.Limits.MaxStreamBytes = l.StreamBytes
	conf.Limits.MaxDecodeBytes = objectStreamBytes(size)
	conf.Limits.MaxObjectCount = l.Objects
	conf.Limits.MaxXRefEntries = l.Objects
	conf.Limits.MaxObjectStreamCount = l.Objects
	conf.Limits.MaxRecursionDepth = maxDepth
	return conf
}

// readBytes opens a file and finds its pages. It does not validate: what pdfcpu's relaxed
// validation refuses mostly does not matter to a printer, and validation changes objects.
func readBytes(data []byte, limits Limits) (s *source, err error) {
	defer recoverAsError(&err)
	limits = limits.withDefaults(data)
	if err := sniff(data, limits); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(limits.Budget.Context(), limits.Time)
	defer cancel()
	document, err := pdfcpu.ReadWithContext(ctx, bytes.NewReader(data), configuration(limits, len(data)))
	switch {
	case errors.Is(err, pdfcpu.ErrWrongPassword):
		return nil, &Error{Reason: Encrypted, Cause: err}
	case err != nil:
		return nil, &Error{Reason: Damaged, Cause: err}
	}
	s = &source{limits: limits, fonts: map[types.IndirectRef]*font{}, encrypted: document.Encrypt != nil}
	if !s.encrypted { // pdfcpu changes the lengths of what it decrypts
		s.data = data
	}
	objects := newTable(document.XRefTable, s.data)
	s.oddNames = objects.rereadFlawed()
	s.objects = objects
	if err := s.checkObjectStreams(document.XRefTable); err != nil {
		return nil, err
	}
	return s, s.findPages()
}

// isWhole reports whether a stream's length leads to its end in the file: a length that is too small
// would cut the drawing. What pdfcpu decrypted, or was read again, has no place in the file.
func isWhole(stream types.StreamDict, file []byte) bool {
	if file == nil || stream.StreamOffset <= 0 || stream.StreamLength == nil {
		return true
	}
	end := stream.StreamOffset + *stream.StreamLength
	return end >= 0 && end <= int64(len(file)) && endsStream(file[end:])
}

const headerWithin = 1024

func sniff(data []byte, limits Limits) error {
	head := data[:min(len(data), headerWithin)]
	switch {
	case len(bytes.Trim(head, " \t\r\n\x00\xef\xbb\xbf")) == 0:
		return newError(Empty, "%d bytes", len(data))
	case !bytes.Contains(head, []byte("%PDF-")):
		return newError(NotPDF, "no header within the first %d bytes", headerWithin)
	case int64(len(data)) > limits.Bytes:
		return newError(TooLarge, "%d bytes, allowed are %d", len(data), limits.Bytes)
	}
	return nil
}

// recoverAsError turns a panic of the library on a malformed file into an error.
func recoverAsError(err *error) {
	if r := recover(); r != nil {
		*err = newError(Damaged, "reading it panicked: %v", r)
	}
}

// insert adds an object of our own. Its number is negative.
func (s *source) insert(o types.Object) types.IndirectRef {
	s.made = append(s.made, o)
	return *types.NewIndirectRef(-len(s.made), 0)
}

func (s *source) object(ref types.IndirectRef) types.Object {
	if n := -ref.ObjectNumber.Value(); n > 0 && n <= len(s.made) {
		return s.made[n-1]
	}
	return s.objects.object(ref)
}

// resolve follows references to the object itself; an unreadable object is null.
func (s *source) resolve(o types.Object) types.Object {
	for range maxDepth {
		switch at := o.(type) {
		case types.IndirectRef:
			o = s.object(at)
		case inserted:
			return at.Object
		default:
			return o
		}
	}
	return nil
}

func (s *source) dict(o types.Object) types.Dict {
	switch o := s.resolve(o).(type) {
	case types.Dict:
		return o
	case types.StreamDict:
		return o.Dict
	}
	return nil
}

func (s *source) array(o types.Object) types.Array {
	a, _ := s.resolve(o).(types.Array)
	return a
}

func (s *source) name(o types.Object) string {
	n, _ := s.resolve(o).(types.Name)
	return string(n)
}

func (s *source) number(o types.Object) (float64, bool) {
	switch n := s.resolve(o).(type) {
	case types.Integer:
		return float64(n), true
	case types.Float:
		return float64(n), true
	}
	return 0, false
}

// numbers reads an array of exactly count numbers.
func (s *source) numbers(o types.Object, count int) ([]float64, bool) {
	a := s.array(o)
	if len(a) != count {
		return nil, false
	}
	v := make([]float64, count)
	for i := range v {
		var ok bool
		if v[i], ok = s.number(a[i]); !ok {
			return nil, false
		}
	}
	return v, true
}

// matrix reads a transformation; without one, it is the identity.
func (s *source) matrix(o types.Object) matrix {
	if v, ok := s.numbers(o, len(identity)); ok {
		return matrix(v)
	}
	return identity
}
