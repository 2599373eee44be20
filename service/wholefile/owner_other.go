//go:build !unix

package wholefile

import (
	"io/fs"
	"os"
)

// giveTo leaves a file to who made it: there are no owners to change here.
func giveTo(*os.File, fs.FileInfo) error { return nil }

func isOurs(fs.FileInfo) bool { return true }
