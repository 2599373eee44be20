package raw

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
)

func TestAnswersAreCutIntoTheirParts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		said  string
		parts []part
		rest  string
	}{
		"nothing":                        {"", nil, ""},
		"a frame":                        {"\x02a,b\x03\r\n", []part{{frame, "a,b"}}, ""},
		"frames with lines between":      {"\x02a\x03\r\n\x02b\x03\r\n", []part{{frame, "a"}, {frame, "b"}}, ""},
		"a frame that has only begun":    {"\x02a\x03\r\n\x02b,", []part{{frame, "a"}}, "\x02b,"},
		"a frame that was cut":           {"\x02a,\x02b\x03", []part{{kind: damaged}, {frame, "b"}}, ""},
		"a frame that does not end":      {"\x02" + strings.Repeat("a", longestFrame+9), []part{{kind: damaged}}, ""},
		"a value":                        {`"123"`, []part{{value, "123"}}, ""},
		"a value that has only begun":    {`"12`, nil, `"12`},
		"a value that was cut":           {"\"12\x02b\x03", []part{{kind: damaged}, {frame, "b"}}, ""},
		"a value that does not end":      {`"` + strings.Repeat("1", longestValue+9), []part{{kind: damaged}}, ""},
		"an object":                      {"{\"a\":\"1,2\"}{}", []part{{object, `"a":"1,2"`}, {object, ""}}, ""},
		"an object that has only begun":  {"?{\"a\":", []part{{kind: question}}, "{\"a\":"},
		"a question mark":                {"?", []part{{kind: question}}, ""},
		"a question mark within a frame": {"\x02?\x03", []part{{frame, "?"}}, ""},
		"text that is no answer":         {"hello\r\n", nil, ""},
		"all of a look, one after the other": {"\x02E\x03\x021\x03\r\n\x022\x03\r\n\x023\x03\r\n\"7\"",
			[]part{{frame, "E"}, {frame, "1"}, {frame, "2"}, {frame, "3"}, {value, "7"}}, ""},
	} {
		parts, rest := splitAnswers([]byte(c.said))
		assert.Equal(t, c.parts, parts, name)
		assert.Equal(t, c.rest, string(rest), name)
	}
}

const (
	hostFirst, hostSecond, hostThird = "030,0,0,1245,000,0,0,0,000,0,0,0", "000,0,0,0,0,2,4,0,00000000,1,000", "1234,0"
	extendedWell                     = "\r\n\r\nPRINTER STATUS\r\n   ERRORS:         0 00000000 00000000\r\n   WARNINGS:       0 00000000 00000000\r\n"
)

func TestHostStatusIsReadAsTheManualSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		texts  []string
		status hostStatus
		ok     bool
	}{
		"well":               {[]string{hostFirst, hostSecond, hostThird}, hostStatus{}, true},
		"all flags":          {[]string{"030,1,1,1245,007,1,0,1,000,0,0,1", "000,0,1,1,0,2,4,0,00000012,1,000", hostThird}, hostStatus{true, true, true, true, true, true, true, 7, 12}, true},
		"spaces":             {[]string{"030, 0,0,1245,000,0,0,0,000,0,0,0", hostSecond, hostThird}, hostStatus{}, true},
		"two strings":        {[]string{hostFirst, hostSecond}, hostStatus{}, false},
		"another order":      {[]string{hostSecond, hostFirst, hostThird}, hostStatus{}, false},
		"a letter":           {[]string{strings.Replace(hostFirst, "000", "x", 1), hostSecond, hostThird}, hostStatus{}, false},
		"a flag of two":      {[]string{strings.Replace(hostFirst, "030,0", "030,2", 1), hostSecond, hostThird}, hostStatus{}, false},
		"a negative number":  {[]string{hostFirst, strings.Replace(hostSecond, "00000000", "-1", 1), hostThird}, hostStatus{}, false},
		"a third that is no": {[]string{hostFirst, hostSecond, "1234"}, hostStatus{}, false},
	} {
		status, ok := parseHostStatus(c.texts)
		assert.Equal(t, c.ok, ok, name)
		assert.Equal(t, c.status, status, name)
	}
}

func TestEveryBitOfExtendedStatusIsAFaultOrKnown(t *testing.T) {
	t.Parallel()
	answer := func(errors, warnings string) string {
		return "\r\n\r\nPRINTER STATUS            \r\n   ERRORS:          " + errors + "  \r\n   WARNINGS:        " + warnings + "   \r\n"
	}
	for name, c := range map[string]struct {
		text       string
		conditions []printing.Condition
		ok         bool
	}{
		"well":                            {answer("0 00000000 00000000", "0 00000000 00000000"), nil, true},
		"head open and paused":            {answer("1 00000000 00010004", "0 00000000 00000000"), []printing.Condition{printing.HeadOpen, printing.PausedAtIt}, true},
		"paper almost out":                {answer("0 00000000 00000000", "1 00000000 00000008"), []printing.Condition{printing.PaperAlmostOut}, true},
		"a warning that we do not know":   {answer("0 00000000 00000000", "1 00000000 00000100"), nil, true},
		"a bit of the upper half":         {answer("1 00000001 00000000", "0 00000000 00000000"), []printing.Condition{printing.UnknownFault}, true},
		"a fault without a bit":           {answer("1 00000000 00000000", "0 00000000 00000000"), []printing.Condition{printing.UnknownFault}, true},
		"a bit without the flag":          {answer("0 00000000 00000001", "0 00000000 00000000"), []printing.Condition{printing.PaperOut}, true},
		"small letters":                   {answer("1 00000000 0000100a", "0 00000000 00000000"), []printing.Condition{printing.RibbonOut, printing.CutterFault, printing.PaperJam}, true},
		"no warnings":                     {"ERRORS: 0 00000000 00000000", nil, false},
		"a number that is cut":            {answer("0 00000000 0000", "0 00000000 00000000"), nil, false},
		"errors that are named elsewhere": {answer("none", "0 00000000 00000000"), nil, false},
	} {
		status, ok := parseExtendedStatus(c.text)
		assert.Equal(t, c.ok, ok, name)
		assert.Equal(t, c.conditions, status.conditions(), name)
	}
	for bit := range 64 {
		conditions := extendedStatus{errors: 1 << bit}.conditions()
		require.Len(t, conditions, 1, bit)
		assert.False(t, conditions[0].IsWarning(), bit)
	}
}

func FuzzHostStatus(f *testing.F) {
	f.Add(hostFirst, hostSecond, hostThird)
	f.Add("030,1,1,1245,007,1,0,1,000,0,0,1", "000,0,1,1,0,2,4,0,00000012,1,000", "0,0")
	f.Fuzz(func(t *testing.T, first, second, third string) {
		status, ok := parseHostStatus([]string{first, second, third})
		if !ok {
			assert.Zero(t, status)
			return
		}
		assert.GreaterOrEqual(t, status.formats, 0)
		assert.GreaterOrEqual(t, status.remaining, 0)
		// A look that heard nothing but this is ready only if no flag is set.
		h := new(heard)
		for _, text := range []string{first, second, third} {
			h.take(part{frame, text})
		}
		if strings.Contains(first+second+third, "ERRORS:") {
			return
		}
		var judged printing.Status
		new(Device).judge(h, &judged)
		flags := status.paperOut || status.paused || status.bufferFull || status.partial || status.hot || status.headOpen || status.ribbonOut
		assert.Equal(t, !flags, judged.Ready())
	})
}

func FuzzExtendedStatus(f *testing.F) {
	f.Add([]byte("\x02" + extendedWell + "\x03\x02" + hostFirst + "\x03\r\n\x02" + hostSecond + "\x03\r\n\x02" + hostThird + "\x03\r\n\"12\""))
	f.Add([]byte("\x02ERRORS: 1 00000000 00010004 WARNINGS: 1 00000000 00000008\x03"))
	f.Add([]byte("?\x02\x02\x03\"\x03"))
	f.Fuzz(func(t *testing.T, said []byte) {
		h := new(heard)
		parts, rest := splitAnswers(said)
		assert.LessOrEqual(t, len(rest), len(said))
		for _, p := range parts {
			h.take(p)
		}
		var status printing.Status
		new(Device).judge(h, &status)
		assert.LessOrEqual(t, len(status.Said), 200)
		if status.Ready() {
			assert.NotNil(t, h.host, "nothing but an answer to ~HS makes it ready")
			assert.False(t, h.wrong)
		}
		if h.extended != nil && h.extended.errors != 0 {
			assert.False(t, status.Ready())
		}
		// Cut into two, it is understood in the same way, whatever came first.
		half := len(said) / 2
		before, rest := splitAnswers(said[:half])
		after, _ := splitAnswers(append(append([]byte(nil), rest...), said[half:]...))
		if len(said) < longestValue {
			assert.Equal(t, parts, append(before, after...))
		}
	})
}
