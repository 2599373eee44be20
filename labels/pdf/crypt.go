package pdf

import (
	"bytes"
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"encoding/binary"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
	"github.com/samber/lo"
)

// lock is how an encrypted file is decrypted with an empty user or owner password (ISO 32000-2
// 7.6).
type lock struct {
	key              []byte
	streams, strings method
}

// method is how a crypt filter encrypts (CFM).
type method string

const (
	withRC4    method = "V2"
	withAES128 method = "AESV2"
	withAES256 method = "AESV3"
	untouched  method = "None"
)

// unlock finds the key that decrypts a file.
func (s *source) unlock(trailer types.Dict) (lock, error) {
	d := s.dict(trailer["Encrypt"])
	if d == nil || s.name(d["Filter"]) != "Standard" {
		return lock{}, newError(Damaged, "encrypted in an unknown way")
	}
	version, _ := s.number(d["V"])
	out := lock{streams: withRC4, strings: withRC4}
	switch version {
	case 1, 2:
	case 4:
		out.streams, out.strings = s.method(d, "StmF", untouched), s.method(d, "StrF", untouched)
	case 5:
		out.streams, out.strings = s.method(d, "StmF", withAES256), s.method(d, "StrF", withAES256)
	default:
		return lock{}, newError(Damaged, "encrypted in an unknown way: version %v", version)
	}
	if out.streams == untouched && out.strings == untouched { // only attachments are encrypted
		return out, nil
	}
	out.key = s.passwords(d, trailer, version).fileKey()
	if out.key == nil {
		return lock{}, newError(Encrypted, "the empty password does not open it")
	}
	return out, nil
}

func (s *source) method(d types.Dict, entry string, otherwise method) method {
	name := s.name(d[entry])
	if name == "Identity" {
		return untouched
	}
	filter := s.dict(s.dict(d["CF"])[name])
	return cmp.Or(method(s.name(filter["CFM"])), otherwise)
}

func (s *source) passwords(d, trailer types.Dict, version float64) passwords {
	p := passwords{plainMetadata: s.resolve(d["EncryptMetadata"]) == types.Boolean(false), length: 5}
	for key, to := range map[string]*[]byte{"O": &p.owner, "U": &p.user, "OE": &p.ownerKey, "UE": &p.userKey} {
		*to, _ = value(s.resolve(d[key]))
	}
	if id := s.array(trailer["ID"]); len(id) > 0 {
		p.id, _ = value(s.resolve(id[0]))
	}
	revision, _ := s.number(d["R"])
	permissions, _ := s.number(d["P"])
	p.revision, p.permissions = int(revision), uint32(int64(permissions))
	if bits, ok := s.number(d["Length"]); ok && bits >= 40 && bits <= 128 && version > 1 {
		p.length = int(bits) / 8
	}
	if version == 4 {
		p.length = 16
	}
	return p
}

// decrypt decrypts every string and stream, except those that are never encrypted.
func (f *salvaged) decrypt(l lock) {
	own := -1
	if ref, ok := f.trailer["Encrypt"].(types.IndirectRef); ok {
		own = ref.ObjectNumber.Value()
	}
	for number, o := range f.objects {
		if number == own {
			continue
		}
		stream, isStream := o.(types.StreamDict)
		if !isStream {
			f.objects[number] = l.object(o, number, f.generations[number])
			continue
		}
		if stream.Dict["Type"] == types.Name("XRef") {
			continue
		}
		stream.Dict, _ = l.object(stream.Dict, number, f.generations[number]).(types.Dict)
		stream.Raw = l.open(l.streams, stream.Raw, number, f.generations[number])
		f.objects[number] = stream
	}
}

func (l lock) object(o types.Object, number, generation int) types.Object {
	switch o := o.(type) {
	case types.Dict:
		return types.Dict(lo.MapValues(o, func(v types.Object, _ string) types.Object { return l.object(v, number, generation) }))
	case types.Array:
		return types.Array(lo.Map(o, func(v types.Object, _ int) types.Object { return l.object(v, number, generation) }))
	case types.StringLiteral, types.HexLiteral:
		b, _ := value(o)
		return types.NewHexLiteral(l.open(l.strings, b, number, generation))
	}
	return o
}

// open decrypts data that belongs to an object. Data too short to be encrypted becomes empty.
func (l lock) open(by method, data []byte, number, generation int) []byte {
	switch by {
	case untouched:
		return data
	case withRC4:
		return rc4ed(l.objectKey(number, generation, ""), data)
	case withAES128:
		return aesOpened(l.objectKey(number, generation, "sAlT"), data)
	case withAES256:
	}
	return aesOpened(l.key, data)
}

func (l lock) objectKey(number, generation int, salt string) []byte {
	var n [8]byte
	binary.LittleEndian.PutUint32(n[:], uint32(number))
	binary.LittleEndian.PutUint32(n[3:], uint32(generation))
	sum := md5.Sum(append(append(bytes.Clone(l.key), n[:5]...), salt...))
	return sum[:min(len(l.key)+5, len(sum))]
}

func rc4ed(key, data []byte) []byte {
	stream, err := rc4.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, len(data))
	stream.XORKeyStream(out, data)
	return out
}

// aesOpened decrypts data that begins with its initialization vector and ends in padding.
func aesOpened(key, data []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil || len(data) < 2*aes.BlockSize {
		return nil
	}
	out := make([]byte, (len(data)-aes.BlockSize)/aes.BlockSize*aes.BlockSize)
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(out, data[aes.BlockSize:aes.BlockSize+len(out)])
	if padding := int(out[len(out)-1]); padding <= aes.BlockSize {
		out = out[:len(out)-padding]
	}
	return out
}
