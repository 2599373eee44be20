package main

import "golang.org/x/sys/unix"

// fullDisk is how large a file may become on a disk that is full: less than most results of the hub, and less than
// every joined file.
const fullDisk = 8 << 10

// fillDisk lets a process write no file beyond a few kilobytes, or again as large as it likes.
func fillDisk(pid int, full bool) error {
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, nil, &limit); err != nil {
		return err
	}
	if limit.Cur = limit.Max; full {
		limit.Cur = min(fullDisk, limit.Max)
	}
	return unix.Prlimit(pid, unix.RLIMIT_FSIZE, &limit, nil)
}
