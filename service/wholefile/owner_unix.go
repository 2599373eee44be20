//go:build unix

package wholefile

import (
	"io/fs"
	"os"
	"syscall"
)

// giveTo gives the file the owner and group of the old one.
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

// Ours tells whether a file or folder belongs to this user. An owner can always change permissions back.
func Ours(about fs.FileInfo) bool {
	owner, known := about.Sys().(*syscall.Stat_t)
	return !known || int(owner.Uid) == os.Geteuid()
}
