package fakezebra

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

const (
	counterVar  = "odometer.total_label_count"
	darknessVar = "print.tone"
	speedVar    = "media.speed"

	hostStatusVar = "device.host_status"
)

// obeyImmediate obeys a ~ command.
func (p *Printer) obeyImmediate(power int, command []byte, answerTo func([]byte)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.power != power {
		return
	}
	defer p.changed.Broadcast()
	text := strings.ToUpper(string(command))
	name := text[1:3]
	switch name {
	case "HQ":
		if !p.modes.NoExtendedStatus {
			p.answer(p.extendedStatus(), answerTo)
		}
	case "HS":
		if !p.modes.isSilent() {
			p.answer(p.hostStatus(), answerTo)
		}
	case "HI":
		p.answer(fmt.Sprintf("\x02ZD421-%ddpi ZPL,V93.21.26Z,%d,8176KB\x03\r\n", p.options.DPI, p.options.DPI/25), answerTo)
	case "SD":
		if n, err := strconv.Atoi(strings.TrimSpace(text[3:])); err == nil {
			p.darkness = n
		}
	case "JA", "JR":
		p.queue, p.queued = nil, 0
	case "PP":
		p.modes.Paused = true
	case "PS":
		p.modes.Paused = false
	case "DG":
		p.storeGraphic(command)
	}
}

// answer sends an answer in the way that the modes want it.
func (p *Printer) answer(text string, answerTo func([]byte)) {
	switch {
	case p.modes.Mute:
	case p.modes.Answers == WrongAnswers:
		answerTo([]byte("\x02no,idea\x03\r\n"))
	case p.modes.Answers == CutAnswers:
		answerTo([]byte(text[:len(text)/2]))
	default:
		answerTo([]byte(text))
	}
}

func digit(is bool) int {
	if is {
		return 1
	}
	return 0
}

// hostStatus is the answer to ~HS: three strings.
func (p *Printer) hostStatus() string {
	m := p.modes
	remaining := 0
	if len(p.queue) > 0 {
		remaining = p.queue[0].copies - p.queue[0].done
	}
	return fmt.Sprintf("\x02030,%d,%d,%04d,%03d,%d,0,%d,000,0,0,%d\x03\r\n", digit(m.PaperOut), digit(m.Paused), p.length,
		min(max(len(p.queue)-1, 0), 999), digit(p.queued >= p.room()), digit(len(p.partial) > 0), digit(m.HeadHot)) +
		fmt.Sprintf("\x02001,0,%d,%d,0,2,6,0,%08d,1,%03d\x03\r\n", digit(m.HeadOpen), digit(m.RibbonOut), remaining, len(p.graphics)) +
		"\x021234,0\x03\r\n"
}

// extendedStatus is the answer to ~HQES.
func (p *Printer) extendedStatus() string {
	line := func(name string, bits uint32) string {
		return fmt.Sprintf("   %-16s %d 00000000 %08X\r\n", name, digit(bits != 0), bits)
	}
	bits, warnings := p.modes.errorBits(), p.modes.OtherWarnings
	if p.modes.Paused {
		bits |= bitPaused
	}
	if p.modes.PaperAlmostOut {
		warnings |= bitPaperAlmostOut
	}
	return "\x02\r\n\r\nPRINTER STATUS\r\n" + line("ERRORS:", bits) + line("WARNINGS:", warnings) + "\x03"
}

var sgdCommand = regexp.MustCompile(`^(getvar|setvar) "([^"]*)"(?: "([^"]*)")?`)

// obeySGD obeys a line that began with "! U1".
func (p *Printer) obeySGD(power int, line string, answerTo func([]byte)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	parts := sgdCommand.FindStringSubmatch(line)
	if parts == nil || p.power != power || p.modes.Mute || p.modes.SGD == SilentSGD {
		return
	}
	if p.modes.SGD == QuestionSGD {
		answerTo([]byte("?"))
		return
	}
	if parts[1] == "setvar" {
		p.setVariable(parts[2], parts[3])
		return
	}
	answerTo([]byte(`"` + p.variable(parts[2]) + `"`))
}

func (p *Printer) setVariable(name, value string) {
	n, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
	case name == darknessVar:
		p.darkness = int(n)
	case name == speedVar:
		p.speed = int(n)
	}
}

// variable is a setting's value; ? for one that the printer does not know.
func (p *Printer) variable(name string) string {
	switch name {
	case counterVar:
		if !p.modes.CounterAbsent {
			return strconv.Itoa(p.counter)
		}
	case darknessVar:
		return strconv.Itoa(p.darkness) + ".0"
	case speedVar:
		return strconv.Itoa(p.speed) + ".0"
	case "media.type":
		return "label"
	case "appl.name":
		return "V93.21.26Z"
	case hostStatusVar:
		return strings.NewReplacer("\x02", "", "\x03", "").Replace(p.hostStatus())
	}
	return "?"
}
