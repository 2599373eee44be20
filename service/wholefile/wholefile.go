// Package wholefile writes files that hold secrets or labels. A file is written whole or not at
// all, even in a folder where others may have put something in its place.
//
// Begin with [Replace], which puts a new file in a place. [Rewrite] gives an existing file new
// content and keeps what its operator set: owner, permissions, the link or mount that leads to
// it. [Own] prepares a file that another library opens.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// PrivateMode are the permissions of a file that only its owner may read.
const PrivateMode os.FileMode = 0o600

// Replace puts a new file with these permissions in the place of whatever is there, a link
// included. If it fails, or the power does, the old file stays and nothing is left beside it.
func Replace(path string, content []byte, rights os.FileMode) error {
	if about, err := os.Stat(path); err == nil && !about.Mode().IsRegular() {
		return fmt.Errorf("%s is not a plain file: remove it, or use another name", path)
	}
	return throughNew(path, content, func(file *os.File) error { return file.Chmod(rights) })
}

// Rewrite gives the file at path new content in one step. It keeps owner and permissions and
// follows links. Where no other file can take its place (a mount, a read-only folder) it is
// overwritten: a power cut at that moment can damage it, so keep a copy of what matters.
func Rewrite(path string, content []byte) error {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	about, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !about.Mode().IsRegular() {
		return fmt.Errorf("%s is not a plain file", path)
	}
	err = throughNew(path, content, func(file *os.File) error {
		return errors.Join(giveTo(file, about), file.Chmod(about.Mode().Perm()))
	})
	if err == nil {
		return nil
	}
	if over := writeOver(path, content); over != nil {
		return errors.Join(over, err)
	}
	return nil
}

// throughNew writes a file under a random name, readable by its owner only until ready has set
// its permissions, and renames it to path.
func throughNew(path string, content []byte, ready func(*os.File) error) (err error) {
	folder := filepath.Dir(path)
	file, err := os.CreateTemp(folder, ".despacho-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = file.Write(content)
	if err == nil {
		err = ready(file)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err = os.Rename(file.Name(), path); err != nil {
		return err
	}
	syncFolder(folder)
	return nil
}

// syncFolder makes the new name survive a power cut, where the system supports that.
func syncFolder(folder string) {
	if opened, err := os.Open(folder); err == nil {
		_ = opened.Sync()
		_ = opened.Close()
	}
}

// writeOver writes the new content into the file, and the old one again when that fails.
func writeOver(path string, content []byte) error {
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = overwriteContent(file, content)
	if err != nil {
		err = errors.Join(err, overwriteContent(file, old))
	}
	return errors.Join(err, file.Close())
}

// overwriteContent writes in one piece before it cuts the rest off, so that the file is never empty.
func overwriteContent(file *os.File, content []byte) error {
	_, err := file.WriteAt(content, 0)
	if err == nil {
		err = file.Truncate(int64(len(content)))
	}
	return errors.Join(err, file.Sync())
}

// OwnFile makes an empty file that only its owner may read, or removes others' permissions from the
// existing one. It refuses what is not a plain file, such as a link, and another user's file,
// because its owner could open it to others again.
func OwnFile(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, PrivateMode)
	if err == nil {
		return file.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	about, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !about.Mode().IsRegular() {
		return fmt.Errorf("%s is not a plain file: remove it, or use another folder", path)
	}
	if !Ours(about) {
		return fmt.Errorf("%s belongs to another user: remove it, or use another folder", path)
	}
	return os.Chmod(path, PrivateMode)
}

// OwnFolder makes a folder that only its owner may enter, or removes others' permissions from the
// existing one. It refuses what is not a folder, such as a link, and another user's folder.
func OwnFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	about, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !about.IsDir() {
		return fmt.Errorf("%s is not a folder: remove it, or use another one", path)
	}
	if !Ours(about) {
		return fmt.Errorf("%s belongs to another user: remove it, or use another one", path)
	}
	return os.Chmod(path, 0o700)
}
