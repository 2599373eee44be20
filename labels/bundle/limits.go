package bundle

import "fmt"

// Limits bound what one bundle may unpack to. A zero field means its default.
type Limits struct {
	Depth      int   // archives within archives; 4
	Files      int   // entries in all archives together; 5,000
	TotalBytes int64 // unpacked bytes of all files together; 1 GiB
	FileBytes  int64 // unpacked bytes of one file; 128 MiB; a larger file is broken, the rest stays
	Ratio      int64 // unpacked bytes for a byte of the bundle, once 64 MiB are unpacked; 200
}

// The names that a LimitError gives.
const (
	LimitDepth      = "archives within archives"
	LimitFiles      = "number of files"
	LimitTotalBytes = "unpacked bytes"
	LimitRatio      = "unpacked bytes for a packed byte"
)

const ratioFloor = 64 << 20

// LimitError says that a bundle goes over one of its limits: which limit, at
// which file, and how much is allowed. Nothing of the bundle can be trusted.
type LimitError struct {
	Limit   string
	Name    string
	Allowed int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("a bundle goes over its limit of %s (%d): not opened any further", e.Limit, e.Allowed)
}

func (l Limits) withDefaults() Limits {
	if l.Depth <= 0 {
		l.Depth = 4
	}
	if l.Files <= 0 {
		l.Files = 5_000
	}
	if l.TotalBytes <= 0 {
		l.TotalBytes = 1 << 30
	}
	if l.FileBytes <= 0 {
		l.FileBytes = 128 << 20
	}
	if l.Ratio <= 0 {
		l.Ratio = 200
	}
	return l
}

func (o *opener) over(limit, name string, allowed int64) error {
	o.files = nil
	return &LimitError{Limit: limit, Name: name, Allowed: allowed}
}
