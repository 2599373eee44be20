package contract

import (
	"crypto/rand"
	"time"
)

const keyLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// NewKey makes a run's key of the time and six random letters: 20261121-141530-x7k2mq.
func NewKey(now time.Time) string {
	random := make([]byte, 6)
	_, _ = rand.Read(random)
	for i, b := range random {
		random[i] = keyLetters[int(b)%len(keyLetters)]
	}
	return now.UTC().Format("20060102-150405") + "-" + string(random)
}
