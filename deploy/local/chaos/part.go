package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	// againAfter is how long a part is away that was killed at a failpoint.
	againAfter = 300 * time.Millisecond
	// endsWithin bounds how long a part may take to end after SIGTERM; its drain is five seconds.
	endsWithin = 30 * time.Second
)

// part is a process that is started again whenever it has ended.
type part struct {
	name    string
	command func() *exec.Cmd
	log     string
	points  *points

	mutex     sync.Mutex
	process   *exec.Cmd
	ended     chan struct{} // closed once the process has
	expected  bool          // it was us who ended it
	downUntil time.Time
	calm      bool
	kills     int
	problems  []string
}

func newPart(dir, name string, command func() *exec.Cmd) *part {
	p := &part{name: name, command: command, log: filepath.Join(dir, "logs", name+".log")}
	p.points = &points{kill: func() { p.kill(againAfter) }}
	return p
}

// keep runs the part until ctx ends, and then ends it.
func (p *part) keep(ctx context.Context) {
	for p.wait(ctx) {
		ended, err := p.start()
		if err != nil {
			p.note(fmt.Sprintf("%s could not be started: %v", p.name, err))
			p.hold(time.Second)
			continue
		}
		select {
		case <-ended:
		case <-ctx.Done():
			p.kill(0)
		}
		p.judgeEnd(ctx)
	}
}

// wait waits until the part is to be up, and says whether it is to be at all.
func (p *part) wait(ctx context.Context) bool {
	for ctx.Err() == nil {
		p.mutex.Lock()
		left := time.Until(p.downUntil)
		p.mutex.Unlock()
		if left <= 0 {
			return true
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(left, 100*time.Millisecond)):
		}
	}
	return false
}

func (p *part) start() (ended chan struct{}, err error) {
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, _ = fmt.Fprintf(log, "--- %s: %s starts\n", time.Now().UTC().Format("15:04:05.000"), p.name)
	process := p.command()
	process.Stdout, process.Stderr = onlyWriter{log}, onlyWriter{log} // by a pipe, which no limit on files concerns
	stdin, err := process.StdinPipe()                                 // ends servers of ours when this process is gone
	if err != nil {
		return nil, err
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if err := process.Start(); err != nil {
		return nil, err
	}
	p.process, p.ended, p.expected = process, make(chan struct{}), false
	if !p.calm {
		p.points.arm()
	}
	go func(ended chan struct{}, closers ...io.Closer) {
		_ = process.Wait()
		for _, c := range closers {
			_ = c.Close()
		}
		close(ended)
	}(p.ended, stdin, log)
	return p.ended, nil
}

// dump lets the process write all its goroutines into its log, and end.
func (p *part) dump() {
	if ended := p.signal(syscall.SIGQUIT, true, 0); ended != nil {
		select {
		case <-ended:
		case <-time.After(endsWithin):
		}
	}
}

// judgeEnd notes an end that nobody has caused.
func (p *part) judgeEnd(ctx context.Context) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if !p.expected && ctx.Err() == nil {
		p.problems = append(p.problems, fmt.Sprintf("%s ended by itself (%v); see %s", p.name, p.process.ProcessState, p.log))
		p.downUntil = time.Now().Add(time.Second)
	}
}

func (p *part) note(problem string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.problems = append(p.problems, problem)
}

func (p *part) hold(d time.Duration) {
	if until := time.Now().Add(d); until.After(p.downUntil) {
		p.downUntil = until
	}
}

// signal sends a signal to the process, if there is one.
func (p *part) signal(s os.Signal, expected bool, down time.Duration) (ended chan struct{}) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if expected && !p.calm {
		p.hold(down)
	}
	if p.process == nil || isClosed(p.ended) {
		return nil
	}
	if expected {
		p.expected = true
	}
	_ = p.process.Process.Signal(s)
	return p.ended
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// kill ends the process as a power cut would, and returns once it has ended.
func (p *part) kill(down time.Duration) {
	if ended := p.signal(syscall.SIGKILL, true, down); ended != nil {
		<-ended
		p.mutex.Lock()
		p.kills++
		p.mutex.Unlock()
	}
}

// end tells the process to end; one that does not is killed, which is a problem.
func (p *part) end(down time.Duration) {
	ended := p.signal(syscall.SIGTERM, true, down)
	if ended == nil {
		return
	}
	select {
	case <-ended:
	case <-time.After(endsWithin):
		p.note(fmt.Sprintf("%s had not ended %v after SIGTERM", p.name, endsWithin))
		p.kill(down)
	}
}

// pause stops the process for a while.
func (p *part) pause(d time.Duration) {
	p.signal(syscall.SIGSTOP, false, 0)
	time.Sleep(d)
	p.signal(syscall.SIGCONT, false, 0)
}

// fillDisk lets the process write no file, or again every file; one that is started meanwhile has room.
func (p *part) fillDisk(full bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.process != nil && !isClosed(p.ended) {
		_ = fillDisk(p.process.Process.Pid, full) // where the system cannot, nothing happens
	}
}

// beCalm ends every fault of the part.
func (p *part) beCalm() {
	p.mutex.Lock()
	p.calm, p.downUntil = true, time.Time{}
	p.mutex.Unlock()
	p.points.disarm()
	p.signal(syscall.SIGCONT, false, 0)
}

// account is how often it was killed, and what was wrong with it.
func (p *part) account() (kills int, problems []string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.kills, p.problems
}
