package zpl

import (
	"bytes"
	"strconv"
)

// SizeInDots is the label's width (^PW) and length (^LL) in dots; 0 if the label does not state it, or
// states it in other units.
func (u Unit) SizeInDots() (width, length int) {
	inDots := true
	for _, p := range u.pieces {
		if p.classes&(setsWidth|setsLength) == 0 {
			continue
		}
		for t := range tokens(p.raw) {
			if t.is(cmdMU) && !isBlank(t.param()) {
				inDots = bytes.TrimSpace(t.param())[0]|0x20 == 'd'
			}
			n, err := strconv.Atoi(string(bytes.TrimSpace(firstValue(t.param()))))
			switch {
			case err != nil || n <= 0 || !inDots:
			case t.is(cmdPW):
				width = n
			case t.is(cmdLL):
				length = n
			}
		}
	}
	return width, length
}
