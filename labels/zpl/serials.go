package zpl

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// mostNumbered bounds the labels that one label with serial numbers makes.
const mostNumbered = 1000

// copies is what ^PQ asks for: labels in all, and how many bear the same serial number. The manual
// counts no replicate (0) and one alike here: a label too many can be seen, one too few cannot.
type copies struct{ quantity, replicates int }

func (c copies) numbers() int {
	replicates := max(1, c.replicates)
	return max(1, (c.quantity+replicates-1)/replicates)
}

// describe says what becomes of copies. Numbered ones are labels of their own.
func (c copies) describe(numbered int) string {
	switch {
	case numbered > 1 && c.replicates > 1:
		return fmt.Sprintf("a label with a serial number and ^PQ%d was written as %d labels, one for each number; %d copies of each were reduced to one", c.quantity, numbered, c.replicates)
	case numbered > 1:
		return fmt.Sprintf("a label with a serial number and ^PQ%d was written as %d labels, each with its number", c.quantity, numbered)
	}
	return fmt.Sprintf("%d copies of a label (^PQ%d) were reduced to one", c.quantity, c.quantity)
}

// numbered returns how many different labels a unit's copies are: more than one only if serial
// numbers (^SN, ^SF) tell them apart.
func (c copies) numbered(pieces []piece) (int, error) {
	if c.numbers() == 1 {
		return 1, nil
	}
	differ := false
	for _, p := range pieces {
		if p.classes&serial == 0 {
			continue
		}
		if c.numbers() > mostNumbered {
			return 1, fmt.Errorf("it asks for %d labels with serial numbers of their own; at most %d are written", c.numbers(), mostNumbered)
		}
		if _, err := p.advanced(c.numbers() - 1); err != nil {
			return 1, err
		}
		first, _ := p.advanced(0)
		second, _ := p.advanced(1)
		differ = differ || !bytes.Equal(first, second)
	}
	if !differ {
		return 1, nil
	}
	return c.numbers(), nil
}

// advanced is the piece with its serial numbers as they are after that many labels, as plain data (^FD).
func (p *piece) advanced(labels int) ([]byte, error) {
	var raw []byte
	var field []token
	for t := range tokens(p.raw) {
		field = append(field, t)
		if t.class&bare == 0 {
			continue
		}
		if err := advanceField(field, labels); err != nil {
			return nil, err
		}
		for _, t := range field {
			raw = append(raw, t.raw...)
		}
		field = field[:0]
	}
	for _, t := range field {
		raw = append(raw, t.raw...)
	}
	return raw, nil
}

func advanceField(field []token, labels int) error {
	data, indicator := -1, byte(0)
	var mask []byte
	for i := range field {
		t := &field[i]
		switch {
		case t.is(cmdSN):
			if err := advanceNumber(t, labels, indicator); err != nil {
				return err
			}
		case t.is(cmdFH):
			indicator = indicatorOf(*t)
		case t.is(cmdSF):
			mask = bytes.TrimSpace(t.param())
		case t.class&fieldData != 0:
			data = i
		}
	}
	if data < 0 || len(mask) == 0 {
		return nil
	}
	placeholders, step, _ := bytes.Cut(mask, []byte(","))
	text := bytes.Clone(withoutBytes(field[data].param(), "\r\n"))
	counted := text[max(0, len(text)-len(placeholders)):]
	const escape = len("_00")
	if last := text[max(0, len(text)-len(placeholders)-escape+1):]; indicator != 0 && bytes.IndexByte(last, indicator) >= 0 {
		return fmt.Errorf("its serial number is written with escapes (^FH), which cannot be counted on")
	}
	if err := addMasked(counted, placeholders, step, labels); err != nil {
		return err
	}
	field[data] = field[data].with(text)
	return nil
}

var errNumbersEnd = fmt.Errorf("it asks for more labels than its serial number has digits for")

// advanceNumber counts ^SN on: its last run of digits, of at most twelve, by its step. Where the printer
// would suppress zeros, or read escapes, the command stays.
func advanceNumber(t *token, labels int, indicator byte) error {
	values := bytes.SplitN(t.param(), []byte(","), 3)
	start := string(bytes.TrimRight(values[0], "\r\n"))
	if isBlank(values[0]) {
		start = "1"
	}
	end := strings.LastIndexAny(start, "0123456789") + 1
	begin := end
	for begin > 0 && end-begin < 12 && start[begin-1]-'0' < 10 {
		begin--
	}
	if end == 0 {
		return nil
	}
	number, err := strconv.ParseInt(start[begin:end], 10, 64)
	if err != nil {
		return err
	}
	step := int64(1)
	if len(values) > 1 && !isBlank(values[1]) {
		if step, err = strconv.ParseInt(string(bytes.TrimSpace(values[1])), 10, 64); err != nil || step > 999_999_999_999 || step < -999_999_999_999 {
			return fmt.Errorf("its serial number (^SN) counts by %q, which is no number", values[1])
		}
	}
	number += step * int64(labels)
	digits := fmt.Sprintf("%0*d", end-begin, number)
	if number < 0 || len(digits) > 12 {
		return errNumbersEnd
	}
	for grown := len(digits) - (end - begin); grown > 0 && begin > 0 && start[begin-1] == ' '; grown-- {
		begin-- // blanks before a number keep its place
	}
	values[0] = []byte(start[:begin] + digits + start[end:])
	hasZeros := len(digits) > 1 && digits[0] == '0'
	keepsZeros := len(values) > 2 && startsWithYes(values[2]) && !isBlank(values[2])
	if indicator == 0 && (keepsZeros || !hasZeros) {
		*t = newToken(cmdFD, string(values[0]))
		return nil
	}
	*t = t.with(bytes.Join(values, []byte(",")))
	return nil
}

// addMasked counts a field on by ^SF: mask and step are aligned at the right.
func addMasked(text, mask, step []byte, labels int) error {
	mask = mask[len(mask)-len(text):]
	if isBlank(step) {
		step = []byte("1")
	}
	for range labels {
		carry := 0
		for i := len(text) - 1; i >= 0; i-- {
			if mask[i] == '%' {
				continue
			}
			base, from := baseOf(mask[i])
			value := digitOf(text[i], base, from)
			if value < 0 {
				return fmt.Errorf("its serial number (^SF) has a character that %q does not count", mask[i])
			}
			if at := len(step) - len(text) + i; at >= 0 {
				value += max(0, digitOf(step[at], base, from))
			}
			value += carry
			carry = value / base
			text[i] = withDigit(text[i], mask[i], value%base, from)
		}
		if carry > 0 {
			return errNumbersEnd
		}
	}
	return nil
}

// baseOf says how many characters a placeholder of ^SF counts through, and the first of them.
func baseOf(placeholder byte) (base int, first byte) {
	switch placeholder | 0x20 {
	case 'h':
		return 16, '0'
	case 'o':
		return 8, '0'
	case 'a':
		return 26, 'a'
	case 'n':
		return 36, '0'
	}
	return 10, '0'
}

func digitOf(c byte, base int, first byte) int {
	value := -1
	switch {
	case first == 'a' && isLetter(c):
		value = int(c | 0x20 - 'a')
	case first == '0' && c-'0' < 10:
		value = int(c - '0')
	case first == '0' && isLetter(c):
		value = int(c|0x20-'a') + 10
	}
	if value >= base {
		return -1
	}
	return value
}

// withDigit is the character for a value, a letter in the case of the one before or, if that was a
// digit, of the placeholder.
func withDigit(before, placeholder byte, value int, first byte) byte {
	if first == '0' && value < 10 {
		return '0' + byte(value)
	}
	if first == '0' {
		value -= 10
	}
	upper := before
	if !isLetter(before) {
		upper = placeholder
	}
	return 'A' + byte(value) | upper&0x20
}
