package sandbox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	clockName  = "sandbox.clock"
	clockEvery = 100 * time.Millisecond // on our clock
)

// keptClock keeps the hub's time in a file beside the journal, so that a hub that
// was killed while nobody called continues from then.
type keptClock struct {
	file *os.File
	stop chan struct{}
	done chan struct{}
}

// keepClock writes the time down again and again until it is closed.
func keepClock(dir string, now func() time.Time) (*keptClock, error) {
	if dir == "" {
		return nil, nil
	}
	file, err := os.OpenFile(filepath.Join(dir, clockName), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sandbox: clock: %w", err)
	}
	k := &keptClock{file: file, stop: make(chan struct{}), done: make(chan struct{})}
	ticks := time.NewTicker(clockEvery)
	go func() {
		defer close(k.done)
		defer ticks.Stop()
		for {
			select {
			case <-k.stop:
				return
			case <-ticks.C:
				_ = k.write(now()) // the journal knows the time of the last call
			}
		}
	}()
	return k, nil
}

func (k *keptClock) write(at time.Time) error {
	_, err := k.file.WriteAt(fmt.Appendf(nil, "%-35s\n", at.Format(time.RFC3339Nano)), 0)
	return err
}

func (k *keptClock) close(at time.Time) error {
	if k == nil {
		return nil
	}
	close(k.stop)
	<-k.done
	return errors.Join(k.write(at), k.file.Close())
}

// lastClock is the time that was kept last; zero when none was.
func lastClock(dir string) time.Time {
	file, err := os.Open(filepath.Join(dir, clockName))
	if err != nil {
		return time.Time{}
	}
	defer func() { _ = file.Close() }()
	content, _ := io.ReadAll(io.LimitReader(file, 64))
	at, _ := time.Parse(time.RFC3339Nano, strings.TrimSpace(string(content))) // torn is as good as none
	return at
}
