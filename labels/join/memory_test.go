package join_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
)

// memory is a folder for joined files; committed ones are in files.
type memory struct {
	files map[string][]byte
	open  int
	// changes replace, for a file, what was written with what is read.
	changes map[labels.Format]func([]byte) []byte
}

func newMemory() *memory {
	return &memory{files: map[string][]byte{}, changes: map[labels.Format]func([]byte) []byte{}}
}

type newFile struct {
	otherwise
	name  string
	place *memory
	done  bool
}

func (m *memory) Create(format labels.Format, part int) (join.NewFile, error) {
	m.open++
	change := m.changes[format]
	if change == nil {
		change = func(whole []byte) []byte { return whole }
	}
	return &newFile{otherwise: otherwise{change: change}, name: fmt.Sprintf("%d.%s", part, format), place: m}, nil
}

func (m *memory) Scratch() (join.Scratch, error) { return &scratch{}, nil }

func (f *newFile) Name() string { return f.name }

func (f *newFile) Commit() error {
	f.Abort()
	f.place.files[f.name] = f.Bytes()
	return nil
}

func (f *newFile) Abort() {
	if !f.done {
		f.done = true
		f.place.open--
	}
}

// written is a file in memory. As on a disk, reading returns what was written, from the position
// that was sought.
type written struct {
	bytes.Buffer
	reader *bytes.Reader
}

func (w *written) Read(data []byte) (int, error) { return w.reader.Read(data) }

func (w *written) Seek(offset int64, whence int) (int64, error) {
	w.reader = bytes.NewReader(w.Bytes())
	return w.reader.Seek(offset, whence)
}

type scratch struct{ bytes.Buffer }

func (s *scratch) ReadAt(data []byte, at int64) (int, error) {
	return bytes.NewReader(s.Bytes()).ReadAt(data, at)
}

func (s *scratch) Close() error { return nil }

type openFile struct{ *bytes.Reader }

func (openFile) Close() error { return nil }

func source(name string, data []byte) check.Source {
	return check.Source{Name: name, Open: func() (check.OpenFile, error) {
		if data == nil {
			return nil, errors.New("no such file")
		}
		return openFile{bytes.NewReader(data)}, nil
	}}
}

// printed returns the texts of each label of a joined file, in order.
func printed(t *testing.T, name string, data []byte) [][]string {
	t.Helper()
	var labels [][]string
	if bytes.HasSuffix([]byte(name), []byte("zpl")) {
		for u, err := range zpl.Units(bytes.NewReader(data)) {
			require.NoError(t, err)
			labels = append(labels, zpl.Texts(u))
		}
		return labels
	}
	texts, err := pdf.Texts(data)
	require.NoError(t, err)
	for _, text := range texts {
		labels = append(labels, []string{text})
	}
	return labels
}
