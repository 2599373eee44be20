package door

import (
	"context"
	"sync"
	"time"
)

const (
	// mostStreams may be open at a time for a device: one for each window.
	mostStreams = 20
	// streamLife is after how long a stream ends: its browser opens another, and is asked who it is.
	streamLife = 10 * time.Minute
)

// streams are the event streams that are open, by device.
type streams struct {
	mu   sync.Mutex
	open map[string]map[*context.CancelFunc]bool
}

// begin bounds a stream in time; false when the device has too many.
func (s *streams) begin(ctx context.Context, device string) (context.Context, func(), bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.open[device]) >= mostStreams {
		return nil, nil, false
	}
	limited, cancel := context.WithTimeout(ctx, streamLife)
	if s.open == nil {
		s.open = map[string]map[*context.CancelFunc]bool{}
	}
	if s.open[device] == nil {
		s.open[device] = map[*context.CancelFunc]bool{}
	}
	s.open[device][&cancel] = true
	return limited, func() {
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.open[device], &cancel)
		if len(s.open[device]) == 0 {
			delete(s.open, device)
		}
	}, true
}

// endAll ends the streams of a device.
func (s *streams) endAll(device string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for cancel := range s.open[device] {
		(*cancel)()
	}
}
