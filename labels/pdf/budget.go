package pdf

import (
	"errors"
	"regexp"
	"strconv"

	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// pageBudget is how many steps reading a page and its forms may take. An operator is one step, and
// so are a few bytes of its operands.
const (
	pageBudget   = 2_000_000
	bytesPerStep = 8
)

// errCostlyPage is the reason why a page that would take too long to read is not printed: printers
// and viewers would take as long.
var errCostlyPage = errors.New("drawing it takes more steps than a label may take")

// spend takes steps of the budgets of the page and of its bundle. Without enough left, the page is
// not read any further.
func (r *reader) spend(steps int) bool {
	const together = 1_000
	if r.spent != nil {
		return false
	}
	if r.budget -= steps; r.budget < 0 {
		r.giveUp(errCostlyPage)
		return false
	}
	if r.owed += steps; r.owed >= together {
		r.payOwed()
	}
	return r.spent == nil
}

// payOwed takes the page's steps from its bundle's budget.
func (r *reader) payOwed() {
	err := r.source.limits.Budget.Work(int64(r.owed))
	r.owed = 0
	if err != nil && r.spent == nil {
		r.giveUp(err)
	}
}

func (r *reader) giveUp(why error) {
	r.spent = why
	r.markUnread(why)
}

// objectStreamBytes is how much all object streams of a file of that size may unpack to. In memory
// their objects take up to forty times that.
func objectStreamBytes(size int) int64 { return 2<<20 + int64(size) }

// checkObjectStreams refuses a file whose object streams would unpack to too much, before any of their
// objects is read.
func (s *source) checkObjectStreams(table *model.XRefTable) error {
	left := objectStreamBytes(len(s.data))
	for _, entry := range table.Table {
		if entry == nil {
			continue
		}
		stream, ok := entry.Object.(types.ObjectStreamDict)
		if !ok {
			continue
		}
		n, err := s.unpackObjects(stream.StreamDict, left)
		if err != nil {
			return err
		}
		left -= int64(n)
	}
	return nil
}

// unpackObjects unpacks an object stream to at most that many bytes. A damaged one counts as empty.
func (s *source) unpackObjects(stream types.StreamDict, most int64) (int, error) {
	content, err := s.unpackTo(stream, most)
	var refused *Error
	if errors.As(err, &refused) && refused.Reason != Damaged {
		return 0, err
	}
	return len(content), nil
}

// stepsToUnpack is what unpacking costs: something for each stream, and more for bytes that are
// written as letters.
func stepsToUnpack(stream types.StreamDict, unpacked int64) int64 {
	const stepsPerStream, stepsPerLetter = 200, 4
	steps := stepsPerStream + unpacked/bytesPerStep
	for _, f := range stream.FilterPipeline {
		if f.Name == "ASCIIHexDecode" || f.Name == "ASCII85Decode" {
			steps += stepsPerLetter * int64(len(stream.Raw))
		}
	}
	return steps
}

var (
	statedLength = regexp.MustCompile(`/Length[ \t\r\n]+([0-9]{1,10})([ \t\r\n]+[0-9]+[ \t\r\n]+R\b)?`)
	plainNumber  = regexp.MustCompile(`(?:^|[\r\n ])([0-9]{1,10}) [0-9]+ obj[ \t\r\n]+([0-9]{1,10})[ \t\r\n]+endobj`)
)

// overstatesLengths recognises a file whose streams say that they are much longer than the file, all
// together: pdfcpu would take that much memory.
func overstatesLengths(data []byte) bool {
	var numbers map[string]string // once a length is a reference
	sum := 0
	for _, m := range statedLength.FindAllSubmatch(data, -1) {
		length := string(m[1])
		if m[2] != nil {
			if numbers == nil {
				numbers = map[string]string{}
				for _, n := range plainNumber.FindAllSubmatch(data, -1) {
					numbers[string(n[1])] = string(n[2])
				}
			}
			length = numbers[length]
		}
		n, _ := strconv.Atoi(length) // digits, or nothing
		sum += n
	}
	const slack = 16 << 20
	return sum > 2*len(data)+slack
}
