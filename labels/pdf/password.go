package pdf

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"github.com/samber/lo"
)

// passwords are the entries of an encryption dictionary with which a password is tested.
type passwords struct {
	revision          int
	length            int // of the key in bytes, up to revision 4
	permissions       uint32
	plainMetadata     bool
	id                []byte
	owner, user       []byte
	ownerKey, userKey []byte
}

var passwordPadding = []byte("\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A")

// fileKey is the key that the empty password gives, as user or owner password; nil if it is
// neither.
func (p passwords) fileKey() []byte {
	if p.revision >= 5 {
		return p.longKey()
	}
	if len(p.owner) < 32 || len(p.user) < 16 {
		return nil
	}
	if key := p.shortKey(passwordPadding); p.opens(key) {
		return key
	}
	if key := p.shortKey(p.userPassword()); p.opens(key) {
		return key
	}
	return nil
}

// shortKey is algorithm 2, for a password padded to 32 bytes.
func (p passwords) shortKey(password []byte) []byte {
	h := md5.New()
	h.Write(password)
	h.Write(p.owner[:32])
	h.Write(binary.LittleEndian.AppendUint32(nil, p.permissions))
	h.Write(p.id)
	if p.revision >= 4 && p.plainMetadata {
		h.Write([]byte{0xff, 0xff, 0xff, 0xff})
	}
	return p.strengthen(h.Sum(nil))
}

func (p passwords) strengthen(key []byte) []byte {
	if p.revision < 3 {
		return key[:5]
	}
	for range 50 {
		sum := md5.Sum(key[:p.length])
		key = sum[:]
	}
	return key[:p.length]
}

// opens is algorithms 4 and 5, compared with the user entry.
func (p passwords) opens(key []byte) bool {
	if p.revision < 3 {
		return bytes.Equal(rc4ed(key, passwordPadding), p.user)
	}
	sum := md5.Sum(append(bytes.Clone(passwordPadding), p.id...))
	check := sum[:]
	for i := range byte(20) {
		check = rc4ed(changed(key, i), check)
	}
	return bytes.Equal(check, p.user[:16])
}

// userPassword is algorithm 7: the owner's password decrypts the user's.
func (p passwords) userPassword() []byte {
	sum := md5.Sum(passwordPadding)
	key := p.strengthen(sum[:])
	rounds := lo.Ternary(p.revision < 3, 1, 20)
	password := p.owner[:32]
	for i := rounds - 1; i >= 0; i-- {
		password = rc4ed(changed(key, byte(i)), password)
	}
	return password
}

func changed(key []byte, by byte) []byte {
	return lo.Map(key, func(b byte, _ int) byte { return b ^ by })
}

// longKey is algorithm 2.A for an empty password: of revision 6, and of the revision before it.
func (p passwords) longKey() []byte {
	if len(p.user) < 48 || len(p.owner) < 48 {
		return nil
	}
	user := p.user[:48]
	switch {
	case bytes.Equal(p.hash(user[32:40], nil), user[:32]) && len(p.userKey) >= 32:
		return keyBehind(p.hash(user[40:48], nil), p.userKey)
	case bytes.Equal(p.hash(p.owner[32:40], user), p.owner[:32]) && len(p.ownerKey) >= 32:
		return keyBehind(p.hash(p.owner[40:48], user), p.ownerKey)
	}
	return nil
}

func keyBehind(key, encrypted []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	out := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(out, encrypted[:32])
	return out
}

// hash is algorithm 2.B for an empty password.
func (p passwords) hash(salt, user []byte) []byte {
	sum := sha256.Sum256(append(bytes.Clone(salt), user...))
	key := sum[:]
	if p.revision < 6 {
		return key
	}
	for round := 0; ; round++ {
		text := bytes.Repeat(append(bytes.Clone(key), user...), 64)
		block, err := aes.NewCipher(key[:16])
		if err != nil {
			return nil
		}
		cipher.NewCBCEncrypter(block, key[16:32]).CryptBlocks(text, text)
		h := []func() hash.Hash{sha256.New, sha512.New384, sha512.New}[remainder(text[:16])]()
		h.Write(text)
		key = h.Sum(nil)
		if round >= 63 && int(text[len(text)-1]) <= round-31 {
			return key[:32]
		}
	}
}

// remainder is a number of 16 bytes modulo 3, given that 256 is 1 modulo 3.
func remainder(number []byte) int {
	return lo.SumBy(number, func(b byte) int { return int(b) }) % 3
}
