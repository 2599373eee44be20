package zpl

import (
	"bytes"
	"slices"
)

// carried is what a file's labels set for those behind them that do not set it
// themselves: encoding, default font, bars and letters for fonts. A printer
// keeps these from format to format, and makers of labels count on it. Place,
// direction and size start anew with each label.
type carried struct {
	values  [4][]byte // by the order of carriedCodes
	letters [][]byte  // parameters of ^CW
}

var carriedCodes = [4]command{cmdCI, cmdSE, cmdCF, cmdBY}

// note takes in what a command of a format sets.
func (c *carried) note(t *token) {
	param := bytes.TrimSpace(t.param())
	if t.code == cmdCW {
		c.letters = append(c.letters, param)
		return
	}
	for i, code := range carriedCodes {
		if t.code == code {
			c.values[i] = merged(c.values[i], param)
		}
	}
}

// merged is a parameter whose empty values stay as they were.
func merged(before, after []byte) []byte {
	if len(before) == 0 || bytes.IndexByte(after, ',') < 0 && bytes.IndexByte(before, ',') < 0 && len(after) > 0 {
		return after
	}
	old, values := bytes.Split(before, []byte(",")), bytes.Split(after, []byte(","))
	for i := range old {
		switch {
		case i >= len(values):
			values = append(values, old[i])
		case isBlank(values[i]):
			values[i] = old[i]
		}
	}
	return bytes.Join(values, []byte(","))
}

// saysAll is true for a parameter with every value that the other one has.
func saysAll(param, other []byte) bool { return bytes.Equal(merged(other, param), param) }

// add takes over what a printed format leaves behind.
func (c *carried) add(from carried) {
	for i, value := range from.values {
		if value != nil {
			c.values[i] = merged(c.values[i], value)
		}
	}
	const most = 36 // letters and digits
	c.letters = slices.Concat(c.letters, from.letters)
	c.letters = c.letters[max(0, len(c.letters)-most):]
}

// forget leaves out what a set-up format sets again.
func (c *carried) forget(by carried) {
	for i, value := range by.values {
		if value != nil {
			c.values[i] = nil
		}
	}
}

// missingIn is a format that sets what p takes as set, or nothing.
func (c *carried) missingIn(p piece) []byte {
	var out []byte
	for i, value := range c.values {
		switch code := carriedCodes[i]; {
		case value == nil || saysAll(p.carried.values[i], value):
		case code == cmdCI && !p.beyondASCII, code == cmdBY && p.classes&(barcode|recalling) == 0:
		default:
			out = append(append(append(out, '^'), code.String()...), value...)
		}
	}
	if len(p.carried.letters) == 0 {
		for _, letter := range c.letters {
			out = append(append(out, "^CW"...), letter...)
		}
	}
	return out
}
