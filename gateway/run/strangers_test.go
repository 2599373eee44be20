package run

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever sends nothing is cut off after some seconds anyway; a stranger above the limit is at once.
func TestOneStrangerTooManyIsCutOffAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := onWire(t, taken)
		for range mostStrangers {
			defer w.dial("203.0.113.9:1").Close()
		}
		hub := w.dial(hubsEnd)
		defer hub.Close()
		synctest.Wait()
		began := time.Now()
		_, err := w.dial("203.0.113.9:1").Read(make([]byte, 1))
		require.ErrorIs(t, err, io.EOF)
		assert.Zero(t, time.Since(began))
		_, err = io.WriteString(hub, "P")
		require.NoError(t, err, "the hub's connections are not the strangers'")
	})
}

func TestWhoLeavesGivesAPlaceBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := onWire(t, taken)
		for range 3 * mostStrangers {
			one := w.dial("203.0.113.9:1")
			synctest.Wait()
			_, err := io.WriteString(one, "G")
			require.NoError(t, err)
			require.NoError(t, one.Close())
			synctest.Wait()
		}
	})
}
