package raw

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"github.com/despacho/despacho/printing"
)

const (
	startOfText = 0x02
	// longestFrame and longestValue bound an answer; what is longer is damaged.
	longestFrame = 2048
	longestValue = 256
)

// kind says what a part of an answer is.
type kind int

const (
	// frame is what stands between STX and ETX, value what stands in quotes, question a question mark.
	frame kind = iota
	value
	question
	// object is a JSON object without others within.
	object
	// damaged is what began as an answer and did not end as one.
	damaged
)

// part is a part of what a printer said.
type part struct {
	kind kind
	text string
}

// forms are the parts that have a beginning and an end, by their first byte.
var forms = map[byte]struct {
	kind    kind
	ends    string
	longest int
}{
	startOfText: {frame, "\x03", longestFrame},
	'"':         {value, "\"", longestValue},
	'{':         {object, "}", longestFrame},
}

// splitAnswers cuts what a printer said into its parts; rest is the beginning of one that is not whole yet.
func splitAnswers(data []byte) (parts []part, rest []byte) {
	for i := 0; i < len(data); i++ {
		if data[i] == '?' {
			parts = append(parts, part{kind: question})
		}
		form, begins := forms[data[i]]
		if !begins {
			continue
		}
		within := data[i+1:]
		end := bytes.IndexAny(within, form.ends+"\x02")
		switch {
		case end < 0 && len(within) <= form.longest:
			return parts, data[i:]
		case end < 0 || end > form.longest || within[end] == startOfText:
			parts = append(parts, part{kind: damaged})
			i += max(end, 0)
		default:
			parts = append(parts, part{form.kind, string(within[:end])})
			i += end + 1
		}
	}
	return parts, nil
}

// hostStatus is the answer to ~HS.
type hostStatus struct {
	paperOut, paused, bufferFull, partial, hot bool
	headOpen, ribbonOut                        bool
	// formats wait in the buffer, remaining labels are left of the one that prints.
	formats, remaining int
}

// isIdle reports whether nothing is left to print.
func (s hostStatus) isIdle() bool {
	return s.formats == 0 && s.remaining == 0 && !s.bufferFull && !s.partial
}

// Fields of the strings of ~HS, and how many each string has.
const (
	firstFields, secondFields, thirdFields = 12, 11, 2

	fieldPaperOut, fieldPaused, fieldFormats, fieldBufferFull, fieldPartial, fieldHot = 1, 2, 4, 5, 7, 11
	fieldHeadOpen, fieldRibbonOut, fieldRemaining                                     = 2, 3, 8
)

// parseHostStatus reads the three strings of ~HS; false when one of them is not as the manual says.
func parseHostStatus(texts []string) (status hostStatus, ok bool) {
	const strings3 = 3
	if len(texts) != strings3 {
		return hostStatus{}, false
	}
	first, second := numbers(texts[0], firstFields), numbers(texts[1], secondFields)
	if first == nil || second == nil || strings.Count(texts[2], ",") != thirdFields-1 {
		return hostStatus{}, false
	}
	for _, flag := range []int{first[fieldPaperOut], first[fieldPaused], first[fieldBufferFull], first[fieldPartial], first[fieldHot],
		second[fieldHeadOpen], second[fieldRibbonOut]} {
		if flag > 1 {
			return hostStatus{}, false
		}
	}
	return hostStatus{
		paperOut: first[fieldPaperOut] == 1, paused: first[fieldPaused] == 1, formats: first[fieldFormats],
		bufferFull: first[fieldBufferFull] == 1, partial: first[fieldPartial] == 1, hot: first[fieldHot] == 1,
		headOpen: second[fieldHeadOpen] == 1, ribbonOut: second[fieldRibbonOut] == 1, remaining: second[fieldRemaining],
	}, true
}

// numbers are the numbers of a list of that many; nil when it is none.
func numbers(list string, count int) []int {
	texts := strings.Split(list, ",")
	if len(texts) != count {
		return nil
	}
	all := make([]int, count)
	for i, text := range texts {
		n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
		if err != nil {
			return nil
		}
		all[i] = int(n) //nolint:gosec // 31 bits
	}
	return all
}

// extendedStatus is the answer to ~HQES: bits.
type extendedStatus struct{ errors, warnings uint64 }

var (
	errorsLine   = regexp.MustCompile(`ERRORS:\s+([01])\s+([0-9A-Fa-f]{8})\s+([0-9A-Fa-f]{8})`)
	warningsLine = regexp.MustCompile(`WARNINGS:\s+([01])\s+([0-9A-Fa-f]{8})\s+([0-9A-Fa-f]{8})`)
)

// unnamedBit stands for a fault that the printer announces without saying which.
const unnamedBit = 1 << 63

// parseExtendedStatus reads the answer to ~HQES; false when one of its two lines is not as the manual says.
func parseExtendedStatus(text string) (status extendedStatus, ok bool) {
	status.errors, ok = bitsOf(errorsLine, text)
	if !ok {
		return extendedStatus{}, false
	}
	status.warnings, ok = bitsOf(warningsLine, text)
	if !ok {
		return extendedStatus{}, false
	}
	return status, true
}

func bitsOf(line *regexp.Regexp, text string) (bits uint64, ok bool) {
	found := line.FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	bits, err := strconv.ParseUint(found[2]+found[3], 16, 64)
	if err != nil {
		return 0, false
	}
	if found[1] == "1" && bits == 0 {
		bits = unnamedBit
	}
	return bits, true
}

// bitConditions are the bits of ERRORS whose meaning we know; every other one is a fault that we do not know.
var bitConditions = []struct {
	bit       uint64
	condition printing.Condition
}{
	{0x1, printing.PaperOut},
	{0x2, printing.RibbonOut},
	{0x4, printing.HeadOpen},
	{0x8, printing.CutterFault},
	{0x10, printing.HeadHot},
	{0x1000, printing.PaperJam},
	{0x10000, printing.PausedAtIt},
}

const paperAlmostOutBit = 0x8

func (s extendedStatus) conditions() (all []printing.Condition) {
	left := s.errors
	for _, known := range bitConditions {
		if left&known.bit != 0 {
			all = append(all, known.condition)
			left &^= known.bit
		}
	}
	if left != 0 {
		all = append(all, printing.UnknownFault)
	}
	if s.warnings&paperAlmostOutBit != 0 {
		all = append(all, printing.PaperAlmostOut)
	}
	return all
}

func (s hostStatus) conditions() (all []printing.Condition) {
	for _, known := range []struct {
		is        bool
		condition printing.Condition
	}{
		{s.paperOut, printing.PaperOut},
		{s.ribbonOut, printing.RibbonOut},
		{s.headOpen, printing.HeadOpen},
		{s.hot, printing.HeadHot},
		{s.paused, printing.PausedAtIt},
		{s.bufferFull, printing.BufferFull},
		{s.partial, printing.PartialLabel},
	} {
		if known.is {
			all = append(all, known.condition)
		}
	}
	return all
}
