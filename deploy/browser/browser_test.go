//go:build browser

package browser_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

// drive runs a script of this folder in Chromium against a page.
func drive(t *testing.T, script, address string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", script, address)
	command.WaitDelay = 10 * time.Second
	out, err := command.CombinedOutput()
	t.Logf("%s:\n%s", script, out)
	require.NoError(t, err)
}

func TestAPileIsPrintedByKeyboard(t *testing.T) {
	address, fake := startFake(t, 2, 30)
	drive(t, "pile.mjs", address)

	fake.mu.Lock()
	defer fake.mu.Unlock()
	assert.Len(t, fake.printed, 10)
	for order, times := range fake.printed {
		assert.Equal(t, 1, times, order)
	}
}

func TestABadgeMayHaveAPIN(t *testing.T) {
	address, fake := startFake(t, 1, 10)
	drive(t, "badge.mjs", address)

	fake.mu.Lock()
	defer fake.mu.Unlock()
	assert.Equal(t, pinBadge, fake.person)
}

func TestScansOutliveTheWiFi(t *testing.T) {
	address, fake := startFake(t, 1, 40)
	drive(t, "wifi.mjs", address)

	fake.mu.Lock()
	defer fake.mu.Unlock()
	assert.Len(t, fake.printed, 1, "only the scan before the Wi-Fi went away printed")
	assert.Len(t, fake.scans, 7, "each scan came once, whatever was sent again")
	assert.IsIncreasing(t, fake.scanned, "in the order in which they were scanned")
}

func TestTwoWindowsPrintALabelOnce(t *testing.T) {
	address, fake := startFake(t, 1, 60)
	drive(t, "tables.mjs", address)

	fake.mu.Lock()
	defer fake.mu.Unlock()
	assert.Len(t, fake.printed, 20)
	for order, times := range fake.printed {
		assert.Equal(t, 1, times, order)
	}
}

func TestEveryViewCanBeReadAndUsed(t *testing.T) {
	address, fake := startFake(t, 3, 60)
	fake.person = "Ana"
	fake.cancel("do-1-30")
	fake.doubt("do-1-2")
	fake.printers[1].Condition, fake.printers[1].Do, fake.printers[1].Said = "paper_out", "Sin papel. Colocar un rollo nuevo y cerrar la tapa.", "ERRORS: 1 00000000 00000001"
	drive(t, "views.mjs", address)
}

func TestAnAnswerIsForTheLabelThatWasLookedAt(t *testing.T) {
	address, fake := startFake(t, 1, 30)
	fake.person = "Ana"
	for _, order := range []string{"do-1-2", "do-1-3", "do-1-4"} {
		fake.doubt(order)
	}
	drive(t, "doubt.mjs", address)

	fake.mu.Lock()
	defer fake.mu.Unlock()
	for order, state := range map[string]contract.PrintState{"do-1-2": contract.PrintQueued, "do-1-3": contract.PrintConfirmed, "do-1-4": contract.PrintUnknown} {
		assert.Equal(t, state, fake.find(order).State, order)
	}
}

func TestTenThousandLabelsOfTwentyRuns(t *testing.T) {
	address, fake := startFake(t, 20, 500)
	fake.person = "Ana"
	drive(t, "crowd.mjs", address)
}

// TestServe keeps a fake station for a look by hand: SERVE=1 go test -tags browser -run TestServe.
func TestServe(t *testing.T) {
	if os.Getenv("SERVE") == "" {
		t.Skip("only by hand")
	}
	address, _ := startFake(t, 3, 60)
	t.Log(address)
	println(address)
	time.Sleep(time.Hour)
}
