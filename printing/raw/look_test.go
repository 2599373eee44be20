package raw_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakezebra"
)

func TestALookSaysHowThePrinterIs(t *testing.T) {
	t.Parallel()
	type conditions = []printing.Condition
	for name, c := range map[string]struct {
		modes    fakezebra.Modes
		is       conditions
		doubtful bool
	}{
		"well":                     {fakezebra.Modes{}, nil, false},
		"paper out":                {fakezebra.Modes{PaperOut: true}, conditions{printing.PaperOut}, false},
		"paper almost out":         {fakezebra.Modes{PaperAlmostOut: true}, conditions{printing.PaperAlmostOut}, false},
		"ribbon out":               {fakezebra.Modes{RibbonOut: true}, conditions{printing.RibbonOut}, false},
		"head open":                {fakezebra.Modes{HeadOpen: true}, conditions{printing.HeadOpen}, false},
		"head hot":                 {fakezebra.Modes{HeadHot: true}, conditions{printing.HeadHot}, false},
		"jam":                      {fakezebra.Modes{Jam: true}, conditions{printing.PaperJam}, false},
		"cutter":                   {fakezebra.Modes{CutterFault: true}, conditions{printing.CutterFault}, false},
		"paused":                   {fakezebra.Modes{Paused: true}, conditions{printing.PausedAtIt}, false},
		"the document's example":   {fakezebra.Modes{Paused: true, HeadOpen: true}, conditions{printing.HeadOpen, printing.PausedAtIt}, false},
		"unknown bits":             {fakezebra.Modes{OtherErrors: 0x00400000}, conditions{printing.UnknownFault}, false},
		"known and unknown bits":   {fakezebra.Modes{OtherErrors: 0x40, PaperOut: true}, conditions{printing.PaperOut, printing.UnknownFault}, false},
		"unknown warnings":         {fakezebra.Modes{OtherWarnings: 0x2}, nil, false},
		"mute":                     {fakezebra.Modes{Mute: true}, conditions{printing.Silent}, false},
		"asleep":                   {fakezebra.Modes{Asleep: true}, conditions{printing.Silent}, false},
		"wrong answers":            {fakezebra.Modes{Answers: fakezebra.WrongAnswers}, conditions{printing.UnknownFault}, true},
		"cut answers":              {fakezebra.Modes{Answers: fakezebra.CutAnswers}, conditions{printing.UnknownFault}, true},
		"slow answers":             {fakezebra.Modes{AnswerDelay: 500 * time.Millisecond}, nil, false},
		"late answers":             {fakezebra.Modes{AnswerDelay: 5 * time.Second}, conditions{printing.Silent}, false},
		"only ~HQES is answered":   {fakezebra.Modes{NoHostStatus: true}, conditions{printing.Silent}, true},
		"only ~HS is answered":     {fakezebra.Modes{NoExtendedStatus: true}, nil, false},
		"~HS alone, paused":        {fakezebra.Modes{NoExtendedStatus: true, Paused: true}, conditions{printing.PausedAtIt}, false},
		"~HS alone, paper out":     {fakezebra.Modes{NoExtendedStatus: true, PaperOut: true}, conditions{printing.Silent}, false},
		"~HS says what is wrong":   {fakezebra.Modes{NoExtendedStatus: true, StatusAlways: true, PaperOut: true, HeadOpen: true, RibbonOut: true, HeadHot: true}, conditions{printing.HeadHot, printing.HeadOpen, printing.PaperOut, printing.RibbonOut}, false},
		"? to the counter":         {fakezebra.Modes{SGD: fakezebra.QuestionSGD}, nil, false},
		"nothing to the counter":   {fakezebra.Modes{SGD: fakezebra.SilentSGD}, nil, false},
		"a counter that is absent": {fakezebra.Modes{CounterAbsent: true}, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, n *network) {
				_, device := n.started(t, fakezebra.Options{Modes: c.modes}, nil)
				status, err := device.Look(t.Context())
				require.NoError(t, err)
				assert.ElementsMatch(t, c.is, status.Conditions)
				assert.Equal(t, c.doubtful, status.Doubtful)
				assert.Equal(t, len(c.is) == 0 || c.is[0].IsWarning(), status.Ready())
				assert.LessOrEqual(t, len(status.Said), 200)
				assert.Regexp(t, `^[ -~]*$`, status.Said)
				assert.WithinDuration(t, time.Now(), status.At, time.Minute)
			})
		})
	}
}

func TestALookTellsWhenItIsMended(t *testing.T) {
	t.Parallel()
	for name, modes := range map[string]fakezebra.Modes{
		"head open": {HeadOpen: true}, "mute": {Mute: true}, "asleep": {Asleep: true}, "wrong answers": {Answers: fakezebra.WrongAnswers},
		"cut answers": {Answers: fakezebra.CutAnswers}, "~HS alone, paper out": {NoExtendedStatus: true, PaperOut: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, n *network) {
				zebra, device := n.started(t, fakezebra.Options{Modes: modes}, nil)
				status, err := device.Look(t.Context())
				require.NoError(t, err)
				require.False(t, status.Ready())
				zebra.Change(func(m *fakezebra.Modes) { *m = fakezebra.Modes{} })
				require.Eventually(t, func() bool {
					status, err = device.Look(t.Context())
					return err == nil && status.Ready() && !status.Doubtful
				}, 20*time.Second, 10*time.Millisecond, "%v", status)
				require.NoError(t, device.Send(t.Context(), label(1)))
				assert.Equal(t, printing.Outcome{Out: 1}, outcome(t, device, 1))
				assert.Len(t, zebra.Printed(), 1)
			})
		})
	}
}

func TestAPrinterThatIsOffIsUnreachable(t *testing.T) {
	t.Parallel()
	zebra, device := overTCP(t, fakezebra.Options{})
	zebra.PowerOff()
	status, err := device.Look(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []printing.Condition{printing.Unreachable}, status.Conditions)
	assert.False(t, status.Ready())
	var notSent *printing.NotSentError
	require.ErrorAs(t, device.Send(t.Context(), label(1)), &notSent)
	require.NoError(t, zebra.PowerOn())
	status, err = device.Look(t.Context())
	require.NoError(t, err)
	assert.True(t, status.Ready())
}

func TestHalfALabelOfAnotherIsSeen(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		zebra, device := n.started(t, fakezebra.Options{}, nil)
		other, err := n.dial(t.Context(), zebra.Address())
		require.NoError(t, err)
		defer func() { _ = other.Close() }()
		_, err = other.Write([]byte("^XA^FO20,20^A0N,30,30^FDhalf a la"))
		require.NoError(t, err)
		require.Eventually(t, func() bool {
			status, err := device.Look(t.Context())
			return err == nil && len(status.Conditions) == 1 && status.Conditions[0] == printing.PartialLabel
		}, 10*time.Second, 10*time.Millisecond)
	})
}

func TestASecondConnectionWaits(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		zebra, device := n.started(t, fakezebra.Options{StatusAddress: "127.0.0.1:0", Modes: fakezebra.Modes{OneConnection: true}},
			func(p *printing.Printer) { p.StatusAddress = "" })
		other, err := n.dial(t.Context(), zebra.Address())
		require.NoError(t, err)
		synctest.Wait() // until it is served; it counts as a connection before that
		require.Equal(t, 1, zebra.State().Connections)

		status, err := device.Look(t.Context())
		require.NoError(t, err)
		assert.Equal(t, []printing.Condition{printing.Silent}, status.Conditions, "its answers wait too")

		beside := n.opened(t, zebra, nil)
		status, err = beside.Look(t.Context())
		require.NoError(t, err)
		assert.True(t, status.Ready(), "a status address answers meanwhile")

		require.NoError(t, other.Close())
		require.Eventually(t, func() bool {
			status, err := device.Look(t.Context())
			return err == nil && status.Ready()
		}, 20*time.Second, 10*time.Millisecond)
	})
}

func TestAStatusAddressMayTakeJSONAlone(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		options := fakezebra.Options{StatusAddress: "127.0.0.1:0", Counter: 3, Modes: fakezebra.Modes{StatusJSON: true}}
		zebra, device := n.started(t, options, nil)
		for range 2 {
			status, err := device.Look(t.Context())
			require.NoError(t, err)
			assert.True(t, status.Ready(), status)
			assert.Contains(t, status.Said, `"odometer.total_label_count":"3"`)
		}
		send(t, device, 2)
		assert.Equal(t, printing.Outcome{Out: 2}, outcome(t, device, 2))
		for condition, change := range map[printing.Condition]func(*fakezebra.Modes){
			printing.PausedAtIt: func(m *fakezebra.Modes) { m.Paused = true },
			printing.Silent:     func(m *fakezebra.Modes) { m.HeadOpen = true },
		} {
			zebra.Change(func(m *fakezebra.Modes) { m.Paused, m.HeadOpen = false, false })
			zebra.Change(change)
			status, err := device.Look(t.Context())
			require.NoError(t, err)
			assert.Equal(t, []printing.Condition{condition}, status.Conditions)
		}
	})
}

func TestEveryCallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		zebra, device := n.started(t, fakezebra.Options{}, nil)
		_, err := device.Look(t.Context())
		require.NoError(t, err)
		zebra.Change(func(m *fakezebra.Modes) { m.Mute = true })
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err = device.Look(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, device.Send(t.Context(), label(1)))
		_, err = device.Outcome(ctx)
		require.ErrorIs(t, err, context.Canceled)
	})
}
