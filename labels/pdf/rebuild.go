package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/samber/lo"
)

var (
	objectStart = regexp.MustCompile(`(?:^|[\s>])([0-9]{1,7})[ \t\r\n]+([0-9]{1,5})[ \t\r\n]+obj\b`)
	rootEntry   = regexp.MustCompile(`/Root\s+([0-9]{1,7})\s+[0-9]{1,5}\s+R`)
	catalogType = regexp.MustCompile(`/Type\s*/Catalog\b`)
)

// readOrRebuild reads a file; and with a new table of its objects one that is cut
// short or whose own table leads nowhere.
func readOrRebuild(data []byte, limits Limits) (s *source, wasRebuilt bool, err error) {
	whole := withoutCutObject(data)
	if len(whole) == len(data) {
		s, err = readBytes(data, limits)
		var refused *Error
		if !errors.As(err, &refused) || refused.Reason != Damaged && refused.Reason != NoPages {
			return s, false, err
		}
	}
	again, ok := rebuilt(whole, limits.withDefaults())
	if !ok {
		return nil, false, lo.CoalesceOrEmpty(err, refuse(Damaged, "no catalog"))
	}
	s, errAgain := readBytes(again, limits)
	if errAgain != nil {
		return nil, false, lo.CoalesceOrEmpty(err, errAgain)
	}
	return s, true, nil
}

// withoutCutObject takes away a last object that is not there to its end: what
// is left of it could print half a label.
func withoutCutObject(data []byte) []byte {
	const tail = 2048
	if bytes.Contains(data[max(0, len(data)-tail):], []byte("startxref")) {
		return data
	}
	end := max(bytes.LastIndex(data, []byte("endobj")), bytes.LastIndex(data, []byte("xref")))
	if m := objectStart.FindIndex(data[end+1:]); m != nil {
		return data[:end+1+m[0]]
	}
	return data
}

// rebuilt gives a file a new table of its objects, found by their headings: the
// last of a number counts, as it would after an update. ok is false when there
// is no catalog to begin from, or the file is encrypted.
func rebuilt(data []byte, limits Limits) (out []byte, ok bool) {
	if bytes.Contains(data, []byte("/Encrypt")) {
		return nil, false
	}
	offsets := map[int]int{}
	root := 0
	for _, m := range objectStart.FindAllSubmatchIndex(data, limits.Objects) {
		number, err := strconv.Atoi(string(data[m[2]:m[3]]))
		if err != nil || number == 0 {
			continue
		}
		offsets[number] = m[2]
		if catalogType.Match(data[m[1]:min(len(data), m[1]+500)]) {
			root = number
		}
	}
	if m := rootEntry.FindAllSubmatch(data, -1); len(m) > 0 {
		if n, err := strconv.Atoi(string(m[len(m)-1][1])); err == nil && offsets[n] > 0 {
			root = n
		}
	}
	if root == 0 {
		return nil, false
	}
	numbers := lo.Keys(offsets)
	slices.Sort(numbers)
	table := bytes.NewBuffer(bytes.Clone(data))
	table.WriteString("\n")
	start := table.Len()
	table.WriteString("xref\n0 1\n0000000000 65535 f \n")
	for _, n := range numbers {
		fmt.Fprintf(table, "%d 1\n%010d 00000 n \n", n, offsets[n])
	}
	fmt.Fprintf(table, "trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", numbers[len(numbers)-1]+1, root, start)
	return table.Bytes(), true
}
