package bundle

import (
	"fmt"

	"github.com/despacho/despacho/labels/budget"
)

// Limits bound what one bundle may unpack to. A zero field means its default, given last.
type Limits struct {
	Depth      int   // archives within archives; 4
	Files      int   // entries in all archives together; 5,000
	TotalBytes int64 // unpacked bytes of all files together; 1 GiB
	FileBytes  int64 // unpacked bytes of one file; 64 MiB
	Ratio      int64 // unpacked bytes per byte of the bundle, checked once 64 MiB are unpacked; 64

	// Budget is what unpacking is charged to, and with it what is read of the files later; nil means
	// no bounds.
	Budget *budget.Budget
}

const (
	ratioFloor = 64 << 20
	// entryBytes is how long an entry of an archive's directory may be on average. The directory is in memory.
	entryBytes = 256
)

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
		l.FileBytes = 64 << 20
	}
	if l.Ratio <= 0 {
		l.Ratio = 64
	}
	return l
}

// unpacked is how much a bundle of that many packed bytes may unpack to.
func (l Limits) unpacked(packed int64) int64 {
	return min(l.TotalBytes, max(ratioFloor, l.Ratio*max(packed, 1)))
}

// The reasons for which a file is refused.
const (
	damagedArchive   = "the archive is damaged or cut short"
	damagedFile      = "the file is damaged or cut short"
	cannotBeUnpacked = "the file cannot be unpacked"
	hasPassword      = "the file is protected by a password"
	overlaps         = "the file shares its data with another one in the archive"
)

func tooDeep(most int) string { return fmt.Sprintf("archives may be within each other %d deep", most) }

func tooMany(most int) string {
	return fmt.Sprintf("the archives of one bundle may hold no more than %d files", most)
}

func notOpened(kind string) string {
	return fmt.Sprintf("the file is a %s archive; only zip and gzip are opened", kind)
}

func tooLarge(most int64) string { return fmt.Sprintf("the file is larger than %d bytes", most) }

func tooMuch(most int64) string {
	return fmt.Sprintf("the files of its bundle unpack to more than %d bytes: it was not opened", most)
}
