package corpus

import (
	"fmt"
	"io/fs"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
)

// ended is a test that records why it was ended instead of ending.
type ended struct {
	testing.TB
	why string
}

func (e *ended) Helper() {}

func (e *ended) Fatalf(format string, args ...any) { e.why += fmt.Sprintf(format, args...) }

func TestAMissingOrEmptyFileEndsTheTestThatNeedsIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		files fs.FS
		why   string
	}{
		"no file":           {fstest.MapFS{}, "there is no zpl file"},
		"none of this kind": {fstest.MapFS{"pdf/a.pdf": {Data: []byte("%PDF-")}, "zpl/LICENSE": {Data: []byte("MIT")}}, "there is no zpl file"},
		"an empty file":     {fstest.MapFS{"zpl/a.zpl": {}}, "zpl/a.zpl cannot be read or is empty"},
		"a file":            {fstest.MapFS{"zpl/a.zpl": {Data: []byte("^XA^XZ")}}, ""},
	} {
		e := &ended{TB: t}
		all(e, test.files, "zpl")
		if test.why == "" {
			assert.Empty(t, e.why, name)
			continue
		}
		assert.Contains(t, e.why, test.why, name)
	}
}

func TestTheCorpusIsWhole(t *testing.T) {
	t.Parallel()
	assert.Len(t, ZPL(t), 14)
	assert.Len(t, PDF(t), 16)
}
