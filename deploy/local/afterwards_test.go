package main

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatFollowsTheRun(t *testing.T) {
	t.Parallel()
	demo := startDemo(t, t.TempDir(), "--once", "--orders", "30", "--run-only=false", "--new-orders", "25", "--shipped", "20")
	require.NoError(t, demo.wait(t))
	shown := demo.shown.String()
	for _, sentence := range []string{
		"state       connected",
		"25 notifications received, all read: starter intake",
		"schedule demo of merchant",
		"verified 20 of 20, tracking written on 20",
	} {
		assert.Contains(t, shown, sentence)
	}
	assert.NotRegexp(t, `ac-[0-9a-f]{8}-|rt-[0-9a-f]{8}-`, shown, "no code and no refresh token is shown")

	rows := regexp.MustCompile(`(?m)^  (\S+)  +\S+  +\S+  +shipped  +(\S+)  +[0-9.]+$`).FindAllStringSubmatch(shown, -1)
	require.Len(t, rows, 20, "each is shown")
	trackings := trackingsBeforeShipped(t, demo.data)
	for _, row := range rows {
		assert.Equal(t, row[2], trackings[row[1]], "order %s", row[1])
	}
}

// trackingsBeforeShipped are the tracking numbers, by order, that the sandbox had been told when it
// was told that the order is shipped.
func trackingsBeforeShipped(t *testing.T, data string) map[string]string {
	t.Helper()
	journal, err := os.Open(filepath.Join(data, "sandbox", "sandbox.jsonl"))
	require.NoError(t, err)
	defer journal.Close()
	told, before := map[string]string{}, map[string]string{}
	lines := bufio.NewScanner(journal)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var entry struct{ Kind, ID, Code, Number string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &entry))
		switch {
		case entry.Kind == "tracking":
			told[entry.ID] = entry.Number
		case entry.Kind == "status" && entry.Code == "_delivery_order_status_shipped_":
			before[entry.ID] = told[entry.ID]
		}
	}
	require.NoError(t, lines.Err())
	return before
}

func TestShippingMoreOrdersThanThereAreFailsAndSaysSo(t *testing.T) {
	t.Parallel()
	demo := startDemo(t, t.TempDir(), "--once", "--orders", "12", "--run-only=false", "--new-orders", "5", "--shipped", "40")
	require.Error(t, demo.wait(t))
	assert.Regexp(t, `of 40 orders that were to be shipped with tracking, (\d+) are verified on their channels and (\d+) have their tracking number there; only`, demo.shown.String())
}
