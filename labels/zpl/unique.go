package zpl

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"slices"
	"strings"
)

// nameUniquely gives everything that the unit stores a name of its own, made from the unit's
// content, and returns these names. So no label of a joined file can overwrite what another one
// stored, and what it recalls without bringing it along stays blank, as it would if the label were
// printed alone.
func (u *Unit) nameUniquely() []string {
	n := naming{index: map[stored]int{}}
	recalls := false
	for _, p := range u.pieces {
		n.add(p.defines)
		recalls = recalls || len(p.uses) > 0
	}
	if len(n.own) == 0 && !recalls {
		return nil
	}
	sum := n.sum(u.pieces)
	names := make([]string, len(n.own))
	for i, s := range n.own {
		names[i] = nameFrom(sum, i, s, names[:i])
	}
	for i := range u.pieces {
		u.rename(i, n, names)
	}
	return names
}

// naming numbers what a unit stores, in order.
type naming struct {
	own   []stored
	index map[stored]int
}

func (n *naming) add(names []stored) {
	for _, name := range names {
		if _, known := n.index[name.at()]; !known {
			n.index[name.at()] = len(n.own)
			n.own = append(n.own, name.at())
		}
	}
}

// of returns the number of what a command stores or recalls.
func (n *naming) of(t token) (int, bool) {
	if t.class&(storing|recalling) == 0 {
		return 0, false
	}
	name := storedName(t)
	if t.class&storing != 0 {
		i, own := n.index[name.at()]
		return i, own
	}
	for _, place := range name.places() {
		if i, own := n.index[place]; own {
			return i, true
		}
	}
	return 0, false
}

// sum is the hash of what the unit contains, whatever its names are.
func (n *naming) sum(pieces []piece) [sha256.Size]byte {
	hash := sha256.New()
	for _, p := range pieces {
		for t := range tokens(p.raw) {
			if i, own := n.of(t); own {
				hash.Write([]byte{t.prefix, byte(t.code >> 8), byte(t.code), 0, byte(i)})
				t.raw = t.param()[len(firstValue(t.param())):]
			}
			hash.Write(bytes.TrimRight(t.raw, "\r\n")) // the line end may be ours
		}
	}
	return [sha256.Size]byte(hash.Sum(nil))
}

// nameFrom makes a name of eight characters, which every printer accepts.
func nameFrom(sum [sha256.Size]byte, index int, s stored, taken []string) string {
	_, extension, _ := strings.Cut(s.name, ".")
	for try := uint32(0); ; try++ {
		seed := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(sum[:], uint32(index)), try)
		digest := sha256.Sum256(seed)
		name := "L" + base32.StdEncoding.EncodeToString(digest[:])[:7] + "." + extension
		if !slices.Contains(taken, name) {
			return name
		}
	}
}

// rename writes a piece with the new names and records what it does not find.
func (u *Unit) rename(at int, n naming, names []string) {
	p := u.pieces[at]
	if len(p.defines) == 0 && len(p.uses) == 0 {
		return
	}
	raw := make([]byte, 0, len(p.raw)+64)
	for t := range tokens(p.raw) {
		if number, own := n.of(t); own {
			t = t.renamed(names[number])
		} else if t.class&recalling != 0 {
			u.missing(storedName(t).name)
		}
		raw = append(raw, t.raw...)
	}
	u.pieces[at].raw = raw
}

func (u *Unit) missing(name string) {
	note := "it recalls " + quoted(name) + ", which is not in the file: that part may stay blank"
	if len(u.Repairs) < mostKinds && !slices.Contains(u.Repairs, note) {
		u.Repairs = append(u.Repairs, note)
	}
}
