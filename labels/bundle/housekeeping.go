package bundle

import (
	"archive/zip"
	"bytes"
	"slices"
	"strings"

	"github.com/samber/lo"
)

// Names that computers give to files of their own, which people pack unseen, in small letters.
var (
	housekeepingFolders = []string{"__macosx", ".spotlight-v100", ".trashes", ".fseventsd", ".temporaryitems", ".documentrevisions-v100",
		".appledouble", "$recycle.bin", "system volume information", "@eadir"}
	housekeepingFiles = []string{".ds_store", ".localized", ".apdisk", "icon\r", "icon?", "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db",
		"desktop.ini", ".directory", ".nomedia"}
	housekeepingStarts = []string{"._", "~$", ".~lock.", ".trash-"}
)

// isHousekeeping reports whether a path is that of a file that a computer keeps for itself.
func isHousekeeping(path string) bool {
	steps := strings.FieldsFunc(strings.ToLower(path), func(c rune) bool { return c == '/' || c == '\\' })
	if len(steps) == 0 {
		return false
	}
	name := steps[len(steps)-1]
	return lo.Some(steps, housekeepingFolders) || slices.Contains(housekeepingFiles, name) ||
		lo.SomeBy(housekeepingStarts, func(start string) bool { return strings.HasPrefix(name, start) })
}

// housekeeping are the entries that are left aside unless they are labels after all: none if the archive
// holds nothing else.
func housekeeping(entries []*zip.File) map[*zip.File]bool {
	own, others := lo.FilterReject(entries, func(entry *zip.File, _ int) bool { return isHousekeeping(readableName(entry)) })
	if lo.EveryBy(others, isFolder) {
		return nil
	}
	return lo.SliceToMap(own, func(entry *zip.File) (*zip.File, bool) { return entry, true })
}

// isLabelAfterAll reports whether a file with such a name has to be looked at. A Mac's file of
// attributes is none, whatever it mentions.
func isLabelAfterAll(data []byte) bool {
	if bytes.HasPrefix(data, []byte("\x00\x05\x16\x07")) {
		return false
	}
	kind, _ := Sniff(data)
	return kind == PDF || kind == ZPL || kind == Archive
}
