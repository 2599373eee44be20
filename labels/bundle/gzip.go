package bundle

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"github.com/samber/lo"

	"github.com/despacho/despacho/labels/budget"
)

// member is a file of a gzip: where it is, and how much it unpacks to.
type member struct {
	name       string
	begin, end int
	size       int64
}

func (o *opener) openGzip(name string, data []byte, depth int) error {
	if depth > o.limits.Depth {
		return o.refuse(name, Archive, tooDeep(o.limits.Depth))
	}
	members, err := o.members(data)
	if errors.Is(err, budget.ErrSpent) {
		return o.refuse(name, Archive, err.Error())
	}
	if err != nil {
		return err
	}
	if len(members) == 0 {
		return o.refuse(name, Archive, damagedArchive)
	}
	for _, m := range members {
		if o.entries++; o.entries > o.limits.Files {
			return o.refuse(name, Archive, tooMany(o.limits.Files))
		}
		content, err := gzip.NewReader(bytes.NewReader(data[m.begin:m.end]))
		if err != nil {
			return o.refuse(name, Archive, damagedArchive)
		}
		unpacked, why, err := o.read(content, m.size)
		if err != nil {
			return err
		}
		inner := lo.Ternary(m.name == "", "content", m.name)
		if err := o.addFile(name+"!"+cleanName(inner), unpacked, why, depth); err != nil {
			return err
		}
	}
	return nil
}

// members finds the files of a gzip. Of several members, one with another name is a file of its own;
// the others continue the file before them, as gunzip has it. Unpacking stops at the limits.
func (o *opener) members(data []byte) ([]member, error) {
	from := bytes.NewReader(data)
	content, err := gzip.NewReader(from)
	var found []member
	for begin := 0; err == nil; err = content.Reset(from) {
		content.Multistream(false)
		if len(found) == 0 || content.Name != "" && content.Name != found[len(found)-1].name {
			found = append(found, member{name: content.Name, begin: begin})
		}
		last := &found[len(found)-1]
		most := min(o.limits.FileBytes, o.allowed-o.unpacked) + 1
		counted := &charged{from: io.LimitReader(content, max(0, most-last.size)), budget: o.limits.Budget}
		n, failed := io.Copy(io.Discard, counted)
		if counted.refused != nil {
			return nil, counted.refused
		}
		last.size += n
		begin = len(data) - from.Len()
		last.end = begin
		if failed != nil || last.size >= most {
			last.end = len(data)
			break
		}
	}
	return found, nil
}
