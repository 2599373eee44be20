package main

import (
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
		"25 notices heard, all taken up",
		"schedule demo of merchant",
		"20 of 20 synced",
	} {
		assert.Contains(t, shown, sentence)
	}
	assert.NotRegexp(t, `ac-[0-9a-f]{8}-|rt-[0-9a-f]{8}-`, shown, "no code and no refresh token is shown")
}
