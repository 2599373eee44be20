package tickets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"sync"
	"time"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/multivende"
)

// How long one try of a step may wait for files: the result of its task, and the own documents of
// each of its orders, hubParallel orders side by side. With 50 orders they fit into a step's time
// even when no server sends a byte.
const (
	resultTime    = 5 * time.Minute
	documentsTime = time.Minute
	// FilesTime is what a try spends at most on waiting for files.
	FilesTime = resultTime + (activities.ChunkSize+activities.HubParallel-1)/activities.HubParallel*documentsTime
)

const (
	// documentTries is after how many tries of a step an order's own file that is still unavailable is
	// passed over. It must not hold up the other orders; its order is asked for again.
	documentTries = 5
	// resultTries is the same for a task's result, which all orders of the batch need: half an hour.
	// A try whose download stalled costs the time of many.
	resultTries = 60
	stalledTry  = resultTries / 3
	// resultName is what setbacks of the result are counted under; those of documents under the order's id.
	resultName = "result"
)

// setbacks is how much was counted under a name, in this try and those before it, also on a worker
// that was killed.
func setbacks(ctx context.Context, name string) int { return activities.Said(ctx).Setbacks[name] }

// setback adds to what is counted under a name, and returns the sum.
func setback(ctx context.Context, name string, add int) int {
	sum := 0
	activities.Say(ctx, func(said *activities.Heartbeat) {
		if said.Setbacks == nil {
			said.Setbacks = map[string]int{}
		}
		said.Setbacks[name] += add
		sum = said.Setbacks[name]
	})
	return sum
}

// fileName names a link without telling it: by its address alone, since signatures change.
func fileName(link string) string {
	if parsed, err := url.Parse(link); err == nil {
		link = parsed.Scheme + "://" + parsed.Host + parsed.EscapedPath()
	}
	sum := sha256.Sum256([]byte(link))
	return hex.EncodeToString(sum[:8])
}

// errTooSlow ends the downloads of an order, or of a result, that took longer than theirs may.
var errTooSlow = errors.New("the file's server is too slow")

// stalled says whether a download cost its time without giving a file.
func stalled(err error) bool {
	return errors.Is(err, errTooSlow) || multivende.ClassOf(err) == multivende.Stalled
}

// fileTrouble is an error of a file's server that may pass.
type fileTrouble struct{ error }

func (t fileTrouble) Unwrap() error { return t.error }

// asFileTrouble tells an error of a file's server that may pass from all others.
func asFileTrouble(err error) (fileTrouble, bool) {
	var trouble fileTrouble
	return trouble, errors.As(err, &trouble)
}

// fileTroubles keeps the first of several orders' troubles, so that each order of a try has its turn.
type fileTroubles struct {
	mu    sync.Mutex
	first error
}

// keep takes an error that is a fileTrouble, and passes on any other.
func (t *fileTroubles) keep(err error) error {
	trouble, is := asFileTrouble(err)
	if !is {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.first == nil {
		t.first = trouble
	}
	return nil
}
