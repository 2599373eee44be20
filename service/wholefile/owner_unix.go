//go:build unix

package wholefile

import (
	"io/fs"
	"os"
	"syscall"
)

// giveTo makes the file the old one's owner's and group's.
func giveTo(file *os.File, old fs.FileInfo) error {
	owner, known := old.Sys().(*syscall.Stat_t)
	if !known {
		return nil
	}
	about, err := file.Stat()
	if err != nil {
		return err
	}
	if now, known := about.Sys().(*syscall.Stat_t); known && now.Uid == owner.Uid && now.Gid == owner.Gid {
		return nil
	}
	return file.Chown(int(owner.Uid), int(owner.Gid))
}

// isOurs says whether a file or folder is this user's: its owner could take its rights back.
func isOurs(about fs.FileInfo) bool {
	owner, known := about.Sys().(*syscall.Stat_t)
	return !known || int(owner.Uid) == os.Geteuid()
}
