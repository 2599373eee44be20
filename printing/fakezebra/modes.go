package fakezebra

import "time"

// Modes are what a test or a person can do to the printer while it runs. The zero value is a well printer
// with paper for ever that prints each label at once.
type Modes struct {
	// PerLabel is how long a label takes.
	PerLabel time.Duration `json:"per_label"`
	// PaperLeft is how many more labels come out whole before the paper ends; 0 means that it never ends.
	PaperLeft int `json:"paper_left"`
	// PowerCutAt cuts the power in the middle of that label, counted from 1 from now on; 0 never does.
	PowerCutAt int `json:"power_cut_at"`

	// Buffer is how many bytes of labels it takes ahead; 0 is as it began.
	Buffer int `json:"buffer"`

	PaperOut       bool `json:"paper_out"`
	PaperAlmostOut bool `json:"paper_almost_out"`
	RibbonOut      bool `json:"ribbon_out"`
	HeadOpen       bool `json:"head_open"`
	HeadHot        bool `json:"head_hot"`
	Jam            bool `json:"jam"`
	CutterFault    bool `json:"cutter_fault"`
	Paused         bool `json:"paused"`
	// OtherErrors and OtherWarnings are further bits of the answer to ~HQES.
	OtherErrors   uint32 `json:"other_errors"`
	OtherWarnings uint32 `json:"other_warnings"`

	// Mute: it takes and prints labels, and answers nothing.
	Mute bool `json:"mute"`
	// Asleep: connections are accepted, and nothing is read from them.
	Asleep bool `json:"asleep"`
	// AnswerDelay is how long each answer takes.
	AnswerDelay time.Duration `json:"answer_delay"`
	// Answers are as they should be (""), wrong or cut.
	Answers Answers `json:"answers"`
	// StatusAlways answers ~HS in faults too; the manual says that printers do not.
	StatusAlways bool `json:"status_always"`
	// NoExtendedStatus does not know ~HQES, as older printers.
	NoExtendedStatus bool `json:"no_extended_status"`
	// NoHostStatus does not answer ~HS at all.
	NoHostStatus bool `json:"no_host_status"`
	// SGD is how commands "! U1" are answered: by their value (""), by ? or not at all.
	SGD SGD `json:"sgd"`
	// StatusJSON: the status address takes settings by JSON alone, as that of Link-OS printers does.
	StatusJSON bool `json:"status_json"`
	// OneConnection holds a second connection back until the first is closed.
	OneConnection bool `json:"one_connection"`
	// CounterStands: the counter of labels does not move. CounterAbsent: the printer answers ? to it.
	CounterStands bool `json:"counter_stands"`
	CounterAbsent bool `json:"counter_absent"`
}

// Answers says how answers to ~HS and ~HQES come.
type Answers string

// The ways in which answers go wrong.
const (
	WrongAnswers Answers = "wrong"
	CutAnswers   Answers = "cut"
)

// SGD says how commands "! U1" are answered.
type SGD string

// The ways of printers that do not know these commands.
const (
	QuestionSGD SGD = "question"
	SilentSGD   SGD = "silent"
)

// Bits of the answer to ~HQES.
const (
	bitPaperOut  = 0x1
	bitRibbonOut = 0x2
	bitHeadOpen  = 0x4
	bitCutter    = 0x8
	bitHeadHot   = 0x10
	bitJam       = 0x1000
	bitPaused    = 0x10000

	bitPaperAlmostOut = 0x8
)

// errorBits are the bits of ERRORS, without the one that says that the printer pauses.
func (m Modes) errorBits() uint32 {
	bits := m.OtherErrors
	for bit, is := range map[uint32]bool{
		bitPaperOut: m.PaperOut, bitRibbonOut: m.RibbonOut, bitHeadOpen: m.HeadOpen, bitCutter: m.CutterFault,
		bitHeadHot: m.HeadHot, bitJam: m.Jam,
	} {
		if is {
			bits |= bit
		}
	}
	return bits
}

// isStopped reports whether a fault or a pause keeps the printer from printing.
func (m Modes) isStopped() bool { return m.Paused || m.errorBits() != 0 }

// isSilent reports whether the printer leaves ~HS without an answer: at media out, ribbon out, head open
// and head too hot, says the manual.
func (m Modes) isSilent() bool {
	return m.NoHostStatus || !m.StatusAlways && (m.PaperOut || m.RibbonOut || m.HeadOpen || m.HeadHot)
}
