package raw

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/test/bufconn"

	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/fakezebra"
)

func TestHalfALabelIsNoFaultWhileThePrinterReadsOurs(t *testing.T) {
	t.Parallel()
	half := &heard{host: &hostStatus{partial: true}, extended: new(extendedStatus)}
	for name, c := range map[string]struct {
		device Device
		ready  bool
	}{
		"asked behind our label":               {Device{sent: []int64{1}}, false},
		"asked beside it":                      {Device{sent: []int64{1}, printer: printing.Printer{StatusAddress: "p:9200"}}, true},
		"asked beside, with nothing under way": {Device{printer: printing.Printer{StatusAddress: "p:9200"}}, false},
	} {
		var status printing.Status
		c.device.judge(half, &status)
		assert.Equal(t, c.ready, status.Ready(), name)
	}
}

// TestALateAnswerProvesNothing: an answer to ~HS that was asked before a label says nothing of that label.
func TestALateAnswerProvesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		listener := bufconn.Listen(1024)
		t.Cleanup(func() { _ = listener.Close() })
		idle := "\x02" + hostFirst + "\x03\r\n\x02" + hostSecond + "\x03\r\n\x02" + hostThird + "\x03\r\n"
		go func() {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			heardLabel, buffer := false, make([]byte, 1024)
			for {
				n, err := connection.Read(buffer)
				if err != nil {
					return
				}
				text := string(buffer[:n])
				heardLabel = heardLabel || strings.Contains(text, "^XA")
				if heardLabel && strings.Contains(text, "~HS") {
					// Each answer is to the question before: the first ~HS had none.
					_, _ = connection.Write([]byte(idle))
				}
			}
		}()
		device, err := Open(printing.Printer{Name: "p", Kind: printing.Raw, Address: "p:9100", NoCounter: true})
		require.NoError(t, err)
		device.DialOver(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) })
		t.Cleanup(func() { _ = device.Close() })
		device.unheard = 2 // it does not know ~HQES
		status, err := device.Look(t.Context())
		require.NoError(t, err)
		require.Equal(t, []printing.Condition{printing.Silent}, status.Conditions)
		require.NoError(t, device.Send(t.Context(), printing.Document{Type: ZPL, Pieces: 1, Data: []byte("^XA^FO0,0^GB9,9,9^FS^XZ")}))
		_, err = device.Outcome(t.Context())
		require.NoError(t, err)
		assert.True(t, device.idleSince.IsZero(), "this answer may be to the first question")
		_, err = device.Outcome(t.Context())
		require.NoError(t, err)
		assert.False(t, device.idleSince.IsZero(), "this one is to the second at least")
		assert.Zero(t, device.out, "the label may still be moving")
		require.Eventually(t, func() bool {
			outcome, err := device.Outcome(t.Context())
			return err == nil && outcome.Out == 1
		}, 10*time.Second, 10*time.Millisecond)
	})
}

// TestAPrinterThatWasUnpluggedIsGivenUp: its connection would stay as it is for minutes, also when it is back.
func TestAPrinterThatWasUnpluggedIsGivenUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		second error
		is     printing.Condition
	}{
		"not on the network":          {errors.New("i/o timeout"), printing.Unreachable},
		"it takes another connection": {nil, printing.Silent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				device, err := Open(printing.Printer{Name: "p", Kind: printing.Raw, Address: "p:9100"})
				require.NoError(t, err)
				t.Cleanup(func() { _ = device.Close() })
				device.sent = []int64{1}
				dialled := 0
				device.dial = func(context.Context, string) (*link, error) {
					if dialled++; dialled > 1 && c.second != nil {
						return nil, c.second
					}
					ours, theirs := net.Pipe()
					t.Cleanup(func() { _ = theirs.Close() })
					go func() { // it reads and says nothing
						buffer := make([]byte, 1024)
						for {
							if _, err := theirs.Read(buffer); err != nil {
								return
							}
						}
					}()
					return newLink(ours), nil
				}
				for range 2 {
					status, err := device.Look(t.Context())
					require.NoError(t, err)
					require.Equal(t, []printing.Condition{printing.Silent}, status.Conditions)
				}
				status, err := device.Look(t.Context())
				require.NoError(t, err)
				assert.Equal(t, []printing.Condition{c.is}, status.Conditions)
				assert.Equal(t, c.second != nil, device.outcome().InDoubt, "what was under way is in doubt")
			})
		})
	}
}

func TestALookAtAFaultLeavesNoQuestionWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	zebra, err := fakezebra.Start(fakezebra.Options{Modes: fakezebra.Modes{HeadOpen: true}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
	device, err := Open(printing.Printer{Name: "p", Kind: printing.Raw, Address: zebra.Address()})
	require.NoError(t, err)
	device.Wait()
	_, err = device.Look(t.Context())
	require.NoError(t, err)
	assert.Zero(t, device.data.asked)
	zebra.Change(func(m *fakezebra.Modes) { m.HeadOpen = false })
	_, err = device.Look(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []int{1, 1}, []int{device.data.asked, device.data.answered})
	require.NoError(t, device.Close())
}

func TestOnlyAPrinterThatTalksCanHaveNoCounter(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		modes fakezebra.Modes
		is    counter
	}{
		"it answers the rest":      {fakezebra.Modes{SGD: fakezebra.SilentSGD}, counterAbsent},
		"it says that it has none": {fakezebra.Modes{CounterAbsent: true}, counterAbsent},
		"it has one":               {fakezebra.Modes{}, counterKept},
		"it answers nothing":       {fakezebra.Modes{Mute: true}, counterUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				listener := bufconn.Listen(1024)
				zebra, err := fakezebra.Start(fakezebra.Options{Modes: c.modes, Listen: func(string) (net.Listener, error) { return listener, nil }})
				require.NoError(t, err)
				t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
				device, err := Open(printing.Printer{Name: "p", Kind: printing.Raw, Address: "p:9100"})
				require.NoError(t, err)
				device.DialOver(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) })
				_, err = device.Look(t.Context())
				require.NoError(t, err)
				assert.Equal(t, c.is, device.counter)
				require.NoError(t, device.Close())
			})
		})
	}
}

func TestALookHasThreeSecondsAtMost(t *testing.T) {
	t.Parallel()
	assert.LessOrEqual(t, answersOfLook*answerPatience, 3*time.Second)
}
