package tool_test

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/tool"
	"github.com/despacho/despacho/labels/zpl"
)

// memory is a place for joined files; what is committed stands in files.
type memory struct {
	files map[string][]byte
	open  int
}

func newMemory() *memory { return &memory{files: map[string][]byte{}} }

type newFile struct {
	bytes.Buffer
	name  string
	place *memory
	done  bool
}

func (m *memory) Create(format labels.Format, part int) (tool.NewFile, error) {
	m.open++
	return &newFile{name: fmt.Sprintf("%d.%s", part, format), place: m}, nil
}

func (m *memory) Scratch() (tool.Scratch, error) { return &scratch{}, nil }

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

type scratch struct{ bytes.Buffer }

func (s *scratch) ReadAt(data []byte, at int64) (int, error) {
	return bytes.NewReader(s.Bytes()).ReadAt(data, at)
}

func (s *scratch) Close() error { return nil }

type openFile struct{ *bytes.Reader }

func (openFile) Close() error { return nil }

func source(name string, data []byte) tool.Source {
	return tool.Source{Name: name, Open: func() (tool.File, error) {
		if data == nil {
			return nil, errors.New("no such file")
		}
		return openFile{bytes.NewReader(data)}, nil
	}}
}

// printed gives the texts of each label of a joined file, in order.
func printed(t *testing.T, name string, data []byte) [][]string {
	t.Helper()
	var labels [][]string
	if bytes.HasSuffix([]byte(name), []byte("zpl")) {
		for u, err := range zpl.Units(bytes.NewReader(data)) {
			require.NoError(t, err)
			labels = append(labels, zpl.IDs(u))
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
