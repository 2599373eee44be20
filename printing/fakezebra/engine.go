package fakezebra

import (
	"bytes"
	"cmp"
	"time"
)

// queueFormat takes a format; it waits while the buffer is full, so that nothing more is read. What came
// before a power cut is lost, as that in the queue is.
func (p *Printer) queueFormat(power int, data []byte) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.power != power {
		return
	}
	defer p.changed.Broadcast()
	f := p.obeyFormat(data)
	if f == nil {
		return
	}
	p.queue = append(p.queue, f)
	p.queued += len(data)
	p.changed.Broadcast()
	for p.queued > p.room() && p.power == power && !p.closed {
		p.changed.Wait()
	}
}

// room is how many bytes of labels it takes ahead.
func (p *Printer) room() int { return cmp.Or(p.modes.Buffer, p.options.Buffer) }

// storeGraphic keeps a downloaded picture under its name.
func (p *Printer) storeGraphic(command []byte) {
	name, _, _ := bytes.Cut(command[3:], []byte(","))
	const most = 64
	if len(p.graphics) < most {
		p.graphics[nameOf(name)] = bytes.Clone(command)
	}
}

// print puts out one label after the other.
func (p *Printer) print() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for !p.closed {
		if p.off || len(p.queue) == 0 || p.modes.isStopped() || p.modes.Asleep {
			p.changed.Wait()
			continue
		}
		p.printNext()
	}
}

// printNext prints the label that is first in the queue. Its power may go, its paper may end.
func (p *Printer) printNext() {
	f, power, cut := p.queue[0], p.power, p.modes.PowerCutAt == 1
	wait := p.modes.PerLabel
	if cut {
		wait /= 2
	}
	p.pause(wait)
	switch {
	case p.power != power || p.closed || len(p.queue) == 0 || p.queue[0] != f:
		return
	case cut:
		p.modes.PowerCutAt = 0
		p.wasted++
		p.cutPower()
		return
	case p.modes.PaperLeft < 0:
		p.modes.PaperOut, p.modes.PaperLeft = true, 0
		p.spoil(f)
	case p.modes.isStopped():
		p.spoil(f)
	default:
		p.putOut(f)
	}
	p.changed.Broadcast()
}

// pause waits without the lock, until the time is over or the power goes.
func (p *Printer) pause(wait time.Duration) {
	if p.closed {
		return
	}
	lost := p.powerLost
	p.mutex.Unlock()
	defer p.mutex.Lock()
	if wait <= 0 {
		return
	}
	select {
	case <-time.After(wait):
	case <-lost:
	}
}

// spoil ends a label that was begun when a fault came: it is printed again after it, unless ^JZN was sent.
func (p *Printer) spoil(f *format) {
	p.wasted++
	if p.leaveOut {
		p.finish(f)
	}
}

func (p *Printer) putOut(f *format) {
	p.number++
	if !p.modes.CounterStands {
		p.counter++
	}
	if p.modes.PowerCutAt > 0 {
		p.modes.PowerCutAt--
	}
	if p.modes.PaperLeft > 0 {
		if p.modes.PaperLeft--; p.modes.PaperLeft == 0 {
			p.modes.PaperLeft = -1 // the next label finds no paper
		}
	}
	p.printed = append(p.printed, Label{Number: p.number, At: time.Now(), Data: f.data, Graphics: f.graphics, Copy: f.done + 1,
		Darkness: p.darkness, Speed: p.speed})
	if len(p.printed) > p.options.Keep {
		p.printed = p.printed[len(p.printed)-p.options.Keep:]
	}
	p.finish(f)
}

// finish takes a copy of a format, and after the last the format, out of the queue.
func (p *Printer) finish(f *format) {
	if f.done++; f.done == f.copies {
		p.queue = p.queue[1:]
		p.queued -= len(f.data)
	}
}
