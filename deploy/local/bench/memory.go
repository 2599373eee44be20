package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// memoryEvery is how often the memory is looked at.
const memoryEvery = 100 * time.Millisecond

// watchMemory notes the most anonymous memory that this process had resident, in kB, until ctx ends. Pages of the
// program's file are not counted: this program also holds Temporal's server, which a worker does not.
func watchMemory(ctx context.Context, peak *atomic.Int64) {
	ticker := time.NewTicker(memoryEvery)
	defer ticker.Stop()
	for {
		peak.Store(max(peak.Load(), anonymousMemory()))
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// anonymousMemory is 0 where the system does not tell.
func anonymousMemory() (kilobytes int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "RssAnon:")
	_, _ = fmt.Sscan(after, &kilobytes)
	return kilobytes
}

// processorTime is what this process has used of processors so far.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
