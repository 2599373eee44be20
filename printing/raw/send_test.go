package raw_test

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/raw"
)

const each = 10 * time.Millisecond

func TestLabelsComeOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		modes  fakezebra.Modes
		change func(*printing.Printer)
	}{
		"by the counter":               {fakezebra.Modes{PerLabel: each}, nil},
		"at once":                      {fakezebra.Modes{}, nil},
		"? to the counter":             {fakezebra.Modes{PerLabel: each, SGD: fakezebra.QuestionSGD}, nil},
		"nothing to the counter":       {fakezebra.Modes{PerLabel: each, SGD: fakezebra.SilentSGD}, nil},
		"no such counter":              {fakezebra.Modes{PerLabel: each, CounterAbsent: true}, nil},
		"a counter not to be believed": {fakezebra.Modes{PerLabel: each, CounterStands: true}, func(p *printing.Printer) { p.NoCounter = true }},
		"without ~HQES":                {fakezebra.Modes{PerLabel: each, NoExtendedStatus: true, SGD: fakezebra.SilentSGD}, nil},
		"slow answers":                 {fakezebra.Modes{PerLabel: each, AnswerDelay: 100 * time.Millisecond}, nil},
		"one connection at a time":     {fakezebra.Modes{PerLabel: each, OneConnection: true}, nil},
		"paper almost out":             {fakezebra.Modes{PerLabel: each, PaperAlmostOut: true}, nil},
	} {
		for _, status := range []string{"", "127.0.0.1:0"} {
			t.Run(name+", status "+status, func(t *testing.T) {
				t.Parallel()
				inMemory(t, func(t *testing.T, n *network) {
					zebra, device := n.started(t, fakezebra.Options{Counter: 41, Modes: c.modes, StatusAddress: status}, c.change)
					status, err := device.Look(t.Context())
					require.NoError(t, err)
					require.True(t, status.Ready(), status)
					send(t, device, 5)
					assert.Equal(t, printing.Outcome{Out: 5}, outcome(t, device, 5))
					printed := zebra.Printed()
					require.Len(t, printed, 5)
					for n, l := range printed {
						assert.Equal(t, string(label(n+1).Data), string(l.Data))
					}
				})
			})
		}
	}
}

func TestOutcomesFollowTheCounterLabelByLabel(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		zebra, device := n.started(t, fakezebra.Options{Modes: fakezebra.Modes{Paused: true}}, nil)
		send(t, device, 5)
		o, err := device.Outcome(t.Context())
		require.NoError(t, err)
		assert.Zero(t, o)
		zebra.Change(func(m *fakezebra.Modes) { m.Paused, m.PaperLeft = false, 3 })
		assert.Equal(t, printing.Outcome{Out: 3}, outcome(t, device, 3))
	})
}

func TestADocumentOfSeveralPiecesIsOutAfterItsLast(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		zebra, device := n.started(t, fakezebra.Options{Modes: fakezebra.Modes{PaperLeft: 4}}, nil)
		three := printing.Document{Name: "three", Type: raw.ZPL, Pieces: 3, Data: []byte("^XA^FO9,9^GB90,90,9^FS^PQ2^XZ^XA^FO9,9^GB90,90,9^FS^XZ")}
		require.NoError(t, device.Send(t.Context(), three))
		require.NoError(t, device.Send(t.Context(), three))
		require.NoError(t, zebra.WaitPrinted(t.Context(), 4))
		assert.Equal(t, printing.Outcome{Out: 1}, outcome(t, device, 1))
		zebra.NewRoll(0)
		assert.Equal(t, printing.Outcome{Out: 2}, outcome(t, device, 2))
		assert.Equal(t, 6, zebra.State().Printed)
	})
}

func TestANewRollLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	for name, modes := range map[string]fakezebra.Modes{
		"with a counter":    {PerLabel: each, PaperLeft: 3},
		"without a counter": {PerLabel: each, PaperLeft: 3, SGD: fakezebra.QuestionSGD},
		"without ~HQES":     {PerLabel: each, PaperLeft: 3, SGD: fakezebra.SilentSGD, NoExtendedStatus: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, n *network) {
				zebra, device := n.started(t, fakezebra.Options{Modes: modes}, nil)
				send(t, device, 5)
				require.Eventually(t, func() bool {
					status, err := device.Look(t.Context())
					return err == nil && !status.Ready()
				}, 10*time.Second, 10*time.Millisecond)
				o, err := device.Outcome(t.Context())
				require.NoError(t, err)
				assert.LessOrEqual(t, o.Out, 3)
				assert.False(t, o.InDoubt)
				zebra.NewRoll(0)
				assert.Equal(t, printing.Outcome{Out: 5}, outcome(t, device, 5))
				assert.Equal(t, []int{5, 1}, []int{zebra.State().Printed, zebra.State().Wasted})
			})
		})
	}
}

func TestAfterAPowerCutNothingIsConcluded(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]fakezebra.Options{
		"with a counter":                    {Modes: fakezebra.Modes{PerLabel: 5 * each, PowerCutAt: 3}},
		"without a counter":                 {Modes: fakezebra.Modes{PerLabel: 5 * each, PowerCutAt: 3, SGD: fakezebra.QuestionSGD}},
		"without a counter, status address": {Modes: fakezebra.Modes{PerLabel: 5 * each, PowerCutAt: 3, SGD: fakezebra.QuestionSGD}, StatusAddress: "127.0.0.1:0"},
		"status address":                    {Modes: fakezebra.Modes{PerLabel: 5 * each, PowerCutAt: 3}, StatusAddress: "127.0.0.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, n *network) {
				zebra, device := n.started(t, options, nil)
				status, err := device.Look(t.Context())
				require.NoError(t, err)
				require.True(t, status.Ready())
				send(t, device, 5)
				require.Eventually(t, func() bool { return zebra.State().Off }, 10*time.Second, time.Millisecond)
				o := outcome(t, device, 5)
				assert.True(t, o.InDoubt)
				assert.LessOrEqual(t, o.Out, 2)
				require.NoError(t, zebra.PowerOn())
				status, err = device.Look(t.Context())
				require.NoError(t, err)
				assert.True(t, status.Ready(), "the printer is well again")
				again, err := device.Outcome(t.Context())
				require.NoError(t, err)
				assert.Equal(t, o, again, "and its empty buffer proves nothing")
				var notSent *printing.NotSentError
				require.ErrorAs(t, device.Send(t.Context(), label(6)), &notSent, "until it is opened anew")

				anew := n.opened(t, zebra, nil)
				send(t, anew, 1)
				assert.Equal(t, printing.Outcome{Out: 1}, outcome(t, anew, 1))
				assert.Len(t, zebra.Printed(), 3)
			})
		})
	}
}

func TestAPrinterThatHungUpWhileIdleGoesOn(t *testing.T) {
	t.Parallel()
	zebra, device := overTCP(t, fakezebra.Options{})
	send(t, device, 2)
	require.Equal(t, printing.Outcome{Out: 2}, outcome(t, device, 2))
	zebra.PowerOff()
	require.NoError(t, zebra.PowerOn())
	send(t, device, 1)
	assert.Equal(t, printing.Outcome{Out: 3}, outcome(t, device, 3))
}

func TestACounterThatStandsStillIsDoubted(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		zebra, device := n.started(t, fakezebra.Options{Modes: fakezebra.Modes{CounterStands: true}}, nil)
		send(t, device, 2)
		assert.Equal(t, printing.Outcome{InDoubt: true}, outcome(t, device, 2))
		zebra.Change(func(m *fakezebra.Modes) { m.CounterStands = false })
		send(t, device, 2)
		assert.Equal(t, printing.Outcome{Out: 2}, outcome(t, device, 2), "as many as it counts")
	})
}

func TestACounterOfOthersLabelsIsNotBelieved(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		zebra, device := n.started(t, fakezebra.Options{Modes: fakezebra.Modes{Paused: true}}, nil)
		other := n.opened(t, zebra, nil)
		zebra.Change(func(m *fakezebra.Modes) { m.PaperLeft = 3 })
		send(t, other, 3)
		require.Eventually(t, func() bool { return zebra.State().Waiting == 3 }, 10*time.Second, time.Millisecond)
		send(t, device, 1)
		require.Eventually(t, func() bool { return zebra.State().Waiting == 4 }, 10*time.Second, time.Millisecond)
		zebra.Change(func(m *fakezebra.Modes) { m.Paused = false })
		require.Eventually(t, func() bool { return zebra.State().Modes.PaperOut }, 10*time.Second, time.Millisecond)
		for range 3 {
			o, err := device.Outcome(t.Context())
			require.NoError(t, err)
			assert.Zero(t, o, "three labels came out, and none of them is ours")
		}
		zebra.NewRoll(0)
		assert.Equal(t, printing.Outcome{Out: 1}, outcome(t, device, 1), "an empty buffer is believed")
	})
}

func TestAFullBufferHoldsTheSenderBack(t *testing.T) {
	t.Parallel()
	zebra, device := overTCP(t, fakezebra.Options{Buffer: 100_000, Modes: fakezebra.Modes{Paused: true}})
	var written atomic.Int64
	device.DialOver(func(ctx context.Context, address string) (net.Conn, error) {
		connection, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		return counted{connection, &written}, err
	})
	require.NoError(t, device.Send(t.Context(), big(0, 2_000_000)))
	before, second := written.Load(), big(1, 32_000_000) // more than the network holds
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// The printer's buffer is full: what the network holds fills as well, and then the sender is stuck within a label.
	var filled sync.WaitGroup
	filled.Go(func() {
		defer cancel()
		last := before
		assert.Eventually(t, func() bool {
			now := written.Load()
			stands := now > before && now == last
			last = now
			return stands
		}, time.Minute, time.Second)
	})
	err := device.Send(ctx, second)
	filled.Wait()
	require.ErrorIs(t, err, context.Canceled)
	var notSent *printing.NotSentError
	require.NotErrorAs(t, err, &notSent, "a part of it may have arrived")
	assert.Less(t, written.Load()-before, int64(len(second.Data)))
	assert.LessOrEqual(t, zebra.State().Waiting, 1)
	zebra.Change(func(m *fakezebra.Modes) { m.Buffer, m.Paused = 100_000_000, false })
	o, err := device.Outcome(t.Context())
	require.NoError(t, err)
	assert.True(t, o.InDoubt)
}

func TestLargeLabelsGoThroughASmallBuffer(t *testing.T) {
	t.Parallel()
	zebra, device := overTCP(t, fakezebra.Options{Buffer: 100_000, Modes: fakezebra.Modes{PerLabel: each}})
	for n := range 6 {
		require.NoError(t, device.Send(t.Context(), big(n, 300_000)))
	}
	assert.Equal(t, printing.Outcome{Out: 6}, outcome(t, device, 6))
	for n, l := range zebra.Printed() {
		assert.Equal(t, big(n, 300_000).Data, l.Data)
	}
}

func TestWhatWasSentBeforeClosingIsPrinted(t *testing.T) {
	t.Parallel()
	zebra, device := overTCP(t, fakezebra.Options{Modes: fakezebra.Modes{PerLabel: each}})
	send(t, device, 3)
	require.NoError(t, device.Send(t.Context(), big(4, 500_000)))
	require.NoError(t, device.Close())
	require.NoError(t, zebra.WaitPrinted(t.Context(), 4))
	require.Eventually(t, func() bool { return zebra.State().Connections == 0 }, time.Minute, time.Millisecond)
}

func TestWhatIsNoLabelIsNotSent(t *testing.T) {
	t.Parallel()
	inMemory(t, func(t *testing.T, n *network) {
		_, device := n.started(t, fakezebra.Options{}, nil)
		var notSent *printing.NotSentError
		require.ErrorAs(t, device.Send(t.Context(), printing.Document{Type: "application/pdf", Pieces: 1}), &notSent)
		require.ErrorAs(t, device.Send(t.Context(), printing.Document{Type: raw.ZPL}), &notSent)
		o, err := device.Outcome(t.Context())
		require.NoError(t, err)
		assert.Zero(t, o)
	})
}

func TestFiveHundredLabelsAreCountedOnce(t *testing.T) {
	t.Parallel()
	zebra, device := overTCP(t, fakezebra.Options{Counter: 1000, Modes: fakezebra.Modes{PerLabel: time.Millisecond, PaperLeft: 200}})
	out, next := 0, 0
	for out < 500 {
		for ; next < 500 && next-out < 5; next++ {
			require.NoError(t, device.Send(t.Context(), label(next+1)))
		}
		o, err := device.Outcome(t.Context())
		require.NoError(t, err)
		require.False(t, o.InDoubt)
		out = o.Out
		if zebra.Modes().PaperOut {
			zebra.NewRoll(0)
		}
	}
	printed := zebra.Printed()
	require.Len(t, printed, 500)
	for n, l := range printed {
		require.Equal(t, string(label(n+1).Data), string(l.Data))
	}
}
