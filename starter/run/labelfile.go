package run

import (
	"errors"
	"os"

	"github.com/despacho/despacho/labels/check"
)

// labelFile is a file on disk with its size.
type labelFile struct {
	*os.File
	size int64
}

func (f labelFile) Size() int64 { return f.size }

func openLabelFile(path string) (check.OpenFile, error) {
	about, err := os.Stat(path)
	switch {
	case err != nil:
	case about.IsDir():
		err = errors.New("the folder is empty")
	case !about.Mode().IsRegular():
		err = errors.New("it is not a file")
	}
	if err != nil {
		return nil, plainPathError(err)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, plainPathError(err)
	}
	return labelFile{file, about.Size()}, nil
}

// plainPathError leaves out the path, which stands beside it.
func plainPathError(err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}
