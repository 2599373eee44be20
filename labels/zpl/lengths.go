package zpl

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// The largest paper is as wide as a sheet of Letter and as long as one of Legal, the largest print head
// has 24 dots/mm. A printer that is told of more feeds paper until it stops for want of a gap.
const (
	widest  = 216 // mm
	longest = 356 // mm
)

// bounds are the largest values of commands that set a size or move a whole label, in millimetres and
// in dots; negative ones may be as large.
var bounds = map[command][]struct{ millimetres, dots float64 }{
	cmdPW: {{widest, widest * 24}},
	cmdLL: {{longest, longest * 24}},
	cmdLH: {{widest, widest * 24}, {longest, longest * 24}},
	cmdLS: {{widest, widest * 24}},
	cmdLT: {{20, 120}}, // ZPL II manual: 120 dots; more can pull the paper out of the printer
}

var plainNumber = regexp.MustCompile(`^[+-]?[0-9]*\.?[0-9]*$`)

// fitsPaper reports whether a command keeps within the largest paper.
func (c *cutter) fitsPaper(t *token) bool {
	if t.is(cmdMU) {
		c.units = 'd'
		if param := bytes.TrimSpace(t.param()); len(param) > 0 && isLetter(param[0]) {
			c.units = param[0] | 0x20
		}
		return true
	}
	limits, isBound := bounds[t.code]
	if !isBound {
		return true
	}
	values := bytes.Split(bytes.TrimSpace(t.param()), []byte(","))
	for i, bound := range limits {
		if i >= len(values) || isBlank(values[i]) {
			continue
		}
		value := bytes.TrimSpace(values[i])
		number, err := strconv.ParseFloat(string(value), 64)
		if err != nil || !plainNumber.Match(value) || math.Abs(number) > c.most(bound.millimetres, bound.dots) {
			c.report.addRepair(fmt.Sprintf("%s, which no paper is large enough for, was left out", quoted("^"+t.code.String()+string(value[:min(len(value), 12)]))))
			return false
		}
	}
	return true
}

// most is a bound in the present units.
func (c *cutter) most(millimetres, dots float64) float64 {
	const millimetresPerInch = 25.4
	switch c.units {
	case 'm':
		return millimetres
	case 'i':
		return millimetres / millimetresPerInch
	}
	return dots
}
