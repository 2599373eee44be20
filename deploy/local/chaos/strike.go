package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// carryOut lets everything happen that a plan says, and returns when its time is over and all of it has ended.
func (s *scene) carryOut(ctx context.Context, p plan, length time.Duration) {
	for name, queue := range p.Points {
		s.parts[name].points.load(queue)
	}
	begun := time.Now()
	var under sync.WaitGroup
	inOrder(p.Faults, func(f fault) time.Duration { return f.At })
	for _, f := range p.Faults {
		if !sleep(ctx, time.Until(begun.Add(f.At))) {
			break
		}
		under.Go(func() { s.strike(ctx, f) })
	}
	sleep(ctx, time.Until(begun.Add(length)))
	under.Wait()
}

// strike lets one fault happen, and ends it.
func (s *scene) strike(ctx context.Context, f fault) {
	part, link := s.parts[f.On], s.links[f.On]
	switch f.Kind {
	case killed:
		part.kill(f.For)
	case ended:
		part.end(f.For)
	case paused:
		part.pause(f.For)
	case cut, silent, slow:
		link.gate.set(map[kind]weather{cut: {cut: true}, silent: {silent: true}, slow: {slow: slowness}}[f.Kind])
		sleep(ctx, f.For)
		link.gate.set(weather{})
	case refused:
		link.refuse(f.Refusal)
		sleep(ctx, f.For)
		link.refuse(refusal{})
	case full:
		part.fillDisk(true)
		sleep(ctx, f.For)
		part.fillDisk(false)
	case stepped:
		_ = s.callHub(ctx, http.MethodPost, fmt.Sprintf("/chaos/step?by=%s", f.Step), "", nil) // a hub that is away has no clock
	}
}

// slowness is how late pieces get through a slow link.
const slowness = 150 * time.Millisecond

// beCalm ends every fault, and waits until everything is up and ready.
func (s *scene) beCalm(ctx context.Context) error {
	for _, l := range s.links {
		l.calm()
	}
	for _, p := range s.parts {
		p.beCalm()
	}
	if err := awaitPage(ctx, "http://"+s.addresses["hub"]+"/chaos/merchants"); err != nil {
		return err
	}
	return s.awaitReady(ctx)
}

// sleep waits, and says whether ctx is still there.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(max(d, 0)):
		return true
	}
}
