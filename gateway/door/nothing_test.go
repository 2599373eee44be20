package door

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestWhereNothingIsMissingNothingIsTriedAgain: every order of the batch has its label.
func TestWhereNothingIsMissingNothingIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := published(t)
	came := s.post("/v1/batches/"+merchant+"~k1/retry", "again", RetryRequest{Connection: "no-such-connection"})
	assert.Equal(t, CodeNothingToRetry, came.problem(t).Code)
	assert.Len(t, s.runs.Runs, 1)
}
