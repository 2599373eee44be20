// Package wholefile writes files that hold secrets or labels: whole or not at all, and in a folder
// where others may have put something in their way.
//
// [Replace] puts a new file in a place. [Rewrite] gives an old one new content and leaves to it
// what its operator gave it: owner, rights, the link or mount that leads to it. [Own] readies a
// file that another library opens.
package wholefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Private are the rights of a file that only its owner reads.
const Private os.FileMode = 0o600

// Replace puts a new file in the place of whatever is there, a link included, with these rights.
// It leaves the old one when it fails or the power does, and nothing beside it.
func Replace(path string, content []byte, rights os.FileMode) error {
	if about, err := os.Stat(path); err == nil && !about.Mode().IsRegular() {
		return fmt.Errorf("%s is no plain file: take it away, or use another name", path)
	}
	return throughNew(path, content, func(file *os.File) error { return file.Chmod(rights) })
}

// Rewrite gives the file at path new content in one step. It keeps owner and rights and follows
// links. Where no other file can take its place (a mount, a folder that is not to be written), it
// is written over: then a power cut in that moment can spoil it, so keep a copy of what matters.
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
		return fmt.Errorf("%s is no plain file", path)
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

// throughNew writes a file under a name that nobody knows beforehand, which only its owner reads
// until it is made ready, and moves it to its place.
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

// syncFolder has the new name outlive a power cut, where the system offers that.
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
	err = fill(file, content)
	if err != nil {
		err = errors.Join(err, fill(file, old))
	}
	return errors.Join(err, file.Close())
}

// fill writes in one piece before it cuts the rest off, so that the file is never empty.
func fill(file *os.File, content []byte) error {
	_, err := file.WriteAt(content, 0)
	if err == nil {
		err = file.Truncate(int64(len(content)))
	}
	return errors.Join(err, file.Sync())
}

// Own makes an empty file that only its owner reads, or takes others' rights from the one that is
// there. What is no plain file, a link for one, or is another user's, who could open it again, is refused.
func Own(path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, Private)
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
		return fmt.Errorf("%s is no plain file: take it away, or use another folder", path)
	}
	if !isOurs(about) {
		return fmt.Errorf("%s is another user's: take it away, or use another folder", path)
	}
	return os.Chmod(path, Private)
}

// OwnFolder makes a folder that only its owner enters, or takes others' rights from the one that
// is there. What is no folder, a link for one, or is another user's is refused.
func OwnFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	about, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !about.IsDir() {
		return fmt.Errorf("%s is no folder: take it away, or use another one", path)
	}
	if !isOurs(about) {
		return fmt.Errorf("%s is another user's: take it away, or use another one", path)
	}
	return os.Chmod(path, 0o700)
}
