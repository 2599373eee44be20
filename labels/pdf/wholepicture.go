package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// What is wrong with the pictures of a page.
var (
	errCutPicture  = errors.New("its picture is cut short")
	errLostPicture = errors.New("what it shows is missing in the file")
)

// fewestMissing is how many bytes a picture must lack to be cut short: a line end may be lost.
const fewestMissing = 3

// isCut reports whether a picture has fewer data than its size says, so that a part of it would print
// black, white or not at all. Where that is not known it is false.
func (s *source) isCut(o types.Object, resources types.Dict) bool {
	ref, isRef := o.(types.IndirectRef)
	number := ref.ObjectNumber.Value()
	if cut, known := s.cutPictures[number]; isRef && known {
		return cut
	}
	stream, ok := s.resolve(o).(types.StreamDict)
	if !ok {
		return false
	}
	cut := s.lacksData(stream, resources)
	for _, mask := range []string{"SMask", "Mask"} {
		if of, ok := s.resolve(stream.Dict[mask]).(types.StreamDict); ok && !cut {
			cut = s.lacksData(of, resources)
		}
	}
	if isRef {
		if s.cutPictures == nil {
			s.cutPictures = map[int]bool{}
		}
		s.cutPictures[number] = cut
	}
	return cut
}

func (s *source) lacksData(stream types.StreamDict, resources types.Dict) bool {
	if stream.FilterPipeline == nil {
		stream = s.withFilters(stream)
	}
	filters := lo.Reject(stream.FilterPipeline, func(f types.PDFFilter, _ int) bool { return f.Name == "Crypt" })
	last := ""
	if len(filters) > 0 {
		last = filters[len(filters)-1].Name
	}
	switch last {
	case "DCTDecode", "JPXDecode", "JBIG2Decode":
		data := stream.Raw
		if len(filters) > 1 {
			stream.FilterPipeline = filters[:len(filters)-1]
			data = s.decoded(stream)
		}
		return map[string]func([]byte) bool{"DCTDecode": s.isCutJPEG, "JPXDecode": isCutJPX, "JBIG2Decode": isEmpty}[last](data)
	}
	row, height := s.rowBytes(stream.Dict, resources)
	need := row * height
	switch {
	case row <= 0 || height <= 0 || need > float64(s.limits.StreamBytes):
		return len(stream.Raw) == 0
	case len(filters) == 0:
		return len(stream.Raw)+fewestMissing <= int(need)
	case len(filters) == 1 && last == "FlateDecode":
		if predictor, _ := s.number(filters[0].DecodeParms["Predictor"]); predictor >= 10 {
			need += height // each row begins with how it was predicted
		}
		return s.inflatesTo(stream.Raw, int(need)) < int(need)-fewestMissing+1
	}
	if last == "CCITTFaxDecode" && len(filters) == 1 {
		stream.FilterPipeline = filters
		return s.isCutFax(stream, int64(need))
	}
	data, err := s.unpack(stream)
	var refused *Error
	if err == nil {
		return len(data)+fewestMissing <= int(need)
	}
	return errors.As(err, &refused) && refused.Reason == Damaged && slices.Contains(knownFilters, last)
}

var knownFilters = []string{"FlateDecode", "LZWDecode", "RunLengthDecode", "ASCII85Decode", "ASCIIHexDecode"}

// rowBytes is the size of a row of samples, and the number of rows; 0 if it is not known.
func (s *source) rowBytes(d, resources types.Dict) (row, height float64) {
	width, _ := s.number(d["Width"])
	height, _ = s.number(d["Height"])
	bits, _ := s.number(d["BitsPerComponent"])
	components := s.componentsOf(d["ColorSpace"], resources)
	if mask, _ := s.resolve(d["ImageMask"]).(types.Boolean); bool(mask) {
		bits, components = 1, 1
	}
	return float64(int64(width*float64(components)*bits+7) / 8), height
}

// componentsOf counts the components of a sample; 0 if that is not known.
func (s *source) componentsOf(space types.Object, resources types.Dict) int {
	if n, _ := s.components(space, resources); n > 0 {
		return n
	}
	if named, ok := s.dict(resources["ColorSpace"])[s.name(space)]; ok {
		space = named
	}
	a := s.array(space)
	if len(a) < 2 {
		return 0
	}
	switch s.name(a[0]) {
	case "Indexed", "Separation":
		return 1
	case "Lab":
		return 3
	case "DeviceN":
		return len(s.array(a[1]))
	}
	return 0
}

var inflaters sync.Pool

// inflatesTo counts the bytes to which data unpack, up to as many as asked; all of them if there is no
// budget left to find out.
func (s *source) inflatesTo(packed []byte, most int) int {
	in := bytes.NewReader(packed)
	r, ok := inflaters.Get().(io.ReadCloser)
	var err error
	if ok {
		err = r.(zlib.Resetter).Reset(in, nil)
	} else {
		r, err = zlib.NewReader(in)
	}
	if err != nil {
		return 0
	}
	n, _ := io.CopyN(io.Discard, r, int64(most)) // damaged data end early, too
	inflaters.Put(r)
	s.drawn += n
	if s.limits.Budget.Unpack(n) != nil || s.drawn > s.limits.DrawnBytes {
		return most
	}
	return int(n)
}

// isCutFax reports whether a fax ends within a row or has too few of them. Codes that are not known
// say nothing.
func (s *source) isCutFax(stream types.StreamDict, need int64) bool {
	if s.limits.Budget.Unpack(need) != nil {
		return false
	}
	_, err := stream.DecodeLengthWithLimit(need, s.limits.StreamBytes)
	const endsInCode = "incomplete code"
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || err != nil && strings.Contains(err.Error(), endsInCode)
}

func isEmpty(data []byte) bool { return len(data) == 0 }

var endOfImage = []byte("\xff\xd9")

// isCutJPX reports whether a JPEG 2000 picture lacks its end.
func isCutJPX(data []byte) bool {
	const tail = 64
	return !bytes.Contains(data[max(0, len(data)-tail):], endOfImage)
}

// isCutJPEG reports whether a photograph ends early. Only one that lacks its end, or is suspiciously
// short, is unpacked to find out.
func (s *source) isCutJPEG(data []byte) bool {
	const tail, mostBlocks = 1 << 10, 1 << 16
	blocks, header := jpegHeader(data)
	hasEnd := bytes.Contains(data[max(0, len(data)-tail):], endOfImage)
	switch {
	case blocks == 0:
		return true
	case hasEnd && len(data)-header > blocks/2, blocks > mostBlocks, s.limits.Budget.Work(int64(blocks)) != nil:
		return !hasEnd
	}
	if !hasEnd {
		data = slices.Concat(data, endOfImage)
	}
	_, err := jpeg.Decode(bytes.NewReader(data))
	var unsupported jpeg.UnsupportedError
	return err != nil && !errors.As(err, &unsupported)
}

// jpegHeader is the number of blocks of 8 × 8 dots that a photograph's header promises, 0 without a
// header, and where the header ends.
func jpegHeader(data []byte) (blocks, end int) {
	const marker, size, startOfScan = 2, 2, 0xda
	for at := marker; at+marker+size <= len(data) && data[at] == 0xff; {
		kind := data[at+1]
		if kind == 0xff { // fill
			at++
			continue
		}
		if kind == startOfScan {
			return blocks, at
		}
		isFrame := kind >= 0xc0 && kind <= 0xcf && kind != 0xc4 && kind != 0xc8 && kind != 0xcc
		if isFrame && at+9 <= len(data) {
			height, width := int(binary.BigEndian.Uint16(data[at+5:])), int(binary.BigEndian.Uint16(data[at+7:]))
			blocks = (height + 7) / 8 * ((width + 7) / 8)
		}
		at += marker + int(binary.BigEndian.Uint16(data[at+marker:]))
	}
	return 0, 0
}

// judgePicture marks what was painted last as a picture that is cut short.
func (r *reader) judgePicture(o types.Object, resources types.Dict, marks int) {
	if len(r.marks) > marks && r.source.isCut(o, resources) {
		r.marks[len(r.marks)-1].cut = true
	}
}

// faults are what people must know of what a page shows. It cannot be printed if nothing else is on
// it.
func (r *reader) faults(marks []mark) (notes []string, broken error) {
	cut := lo.CountBy(marks, func(m mark) bool { return m.cut })
	switch {
	case r.cut: // it is not known what else is on it
	case len(marks) == 0 && r.lost:
		return nil, errLostPicture
	case cut > 0 && cut == len(marks):
		return nil, errCutPicture
	}
	if cut > 0 {
		notes = append(notes, "a picture on it is cut short")
	}
	if r.lost {
		notes = append(notes, "a picture on it is missing in the file")
	}
	if r.noFont {
		notes = append(notes, "a font on it is missing in the file")
	}
	if r.guessed {
		notes = append(notes, "something on it that other readers do not draw is printed")
	}
	return notes, nil
}
