package bundle_test

import (
	"bytes"
	"compress/gzip"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/sample"
)

// shown is what a file is: its name, kind and what is wrong with it.
func shown(f bundle.File, _ int) string {
	text := strings.TrimPrefix(f.Name, "hub.zip!") + " " + string(f.Kind)
	if f.WhyDamaged != "" {
		text += ": " + f.WhyDamaged
	}
	return text
}

func TestWhatComputersKeepForThemselvesIsLeftAside(t *testing.T) {
	t.Parallel()
	const mac = "\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X ^XA %PDF-"
	names := []string{"__MACOSX/Etiquetas/._a.pdf", "__MACOSX/label.pdf", ".DS_Store", "b/.DS_Store", "Thumbs.db", "THUMBS.DB", "ehthumbs.db", "desktop.ini",
		".directory", "~$pedido.docx", ".Spotlight-V100/store.db", ".Trashes/x", `fotos\Thumbs.db`}
	var entries []any
	for _, name := range names {
		entries = append(entries, name, mac)
	}
	files, err := open(t, sample.Zip(t, append(entries, "a/", "", "a.zpl", sample.ZPL("2001"))...), bundle.Limits{})
	require.NoError(t, err)
	want := append(lo.Map(names, func(name string, _ int) string { return name + " housekeeping" }), "a.zpl zpl")
	assert.Equal(t, want, lo.Map(files, shown))

	t.Run("not a label that has such a name", func(t *testing.T) {
		t.Parallel()
		files, err := open(t, sample.Zip(t, "__MACOSX/a.zpl", sample.ZPL("2001"), "._b.pdf", sample.PDF("2002"), "c.zpl", sample.ZPL("2003")), bundle.Limits{})
		require.NoError(t, err)
		assert.Equal(t, []string{"__MACOSX/a.zpl zpl", "._b.pdf pdf", "c.zpl zpl"}, lo.Map(files, shown))
	})
	t.Run("not when there is nothing else", func(t *testing.T) {
		t.Parallel()
		files, err := open(t, sample.Zip(t, "a/", "", ".DS_Store", "Bud1", "._a.pdf", mac), bundle.Limits{})
		require.NoError(t, err)
		assert.NotContains(t, lo.Map(files, func(f bundle.File, _ int) bundle.Kind { return f.Kind }), bundle.Housekeeping)
	})
}

func TestArchivesOfOtherKindsAreRefusedByName(t *testing.T) {
	t.Parallel()
	tar := make([]byte, 1024)
	copy(tar, "label.zpl")
	copy(tar[257:], "ustar")
	for kind, data := range map[string][]byte{
		"tar": tar, "7z": []byte("7z\xbc\xaf\x27\x1c\x00\x04"), "rar": []byte("Rar!\x1a\x07\x01\x00"), "bzip2": []byte("BZh91AY&SY...."), "xz": []byte("\xfd7zXZ\x00"),
	} {
		files, err := open(t, sample.Zip(t, "a", data, "b.zpl", sample.ZPL("2001")), bundle.Limits{})
		require.NoError(t, err)
		assert.Equal(t, []string{"a archive: the file is a " + kind + " archive; only zip and gzip are opened", "b.zpl zpl"}, lo.Map(files, shown))
	}
}

func TestSeveralArchivesInOneFileAreAllOpened(t *testing.T) {
	t.Parallel()
	first, second, third := sample.Zip(t, "a.zpl", sample.ZPL("2001")), sample.Zip(t, "b.zpl", sample.ZPL("2002")), sample.Zip(t, "c.zpl", sample.ZPL("2003"))
	for name, test := range map[string]struct {
		data []byte
		want []string
	}{
		"zips one behind the other":       {slices.Concat(first, second, third), []string{"a.zpl zpl", "b.zpl zpl", "c.zpl zpl"}},
		"a zip behind something else":     {slices.Concat([]byte("HTTP/1.1 200 OK\r\n\r\n"), second), []string{"b.zpl zpl"}},
		"members of gzip with names":      {slices.Concat(member(t, "a.zpl", "^XA^FDa^FS^XZ"), member(t, "b.zpl", "^XA^FDb^FS^XZ")), []string{"a.zpl zpl", "b.zpl zpl"}},
		"members of gzip without a name":  {slices.Concat(member(t, "", "^XA^FDa"), member(t, "", "^FS^XZ")), []string{"content zpl"}},
		"a gzip with something behind it": {append(member(t, "a.zpl", "^XA^FDa^FS^XZ"), "\x00\x00\x00"...), []string{"a.zpl zpl"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := open(t, test.data, bundle.Limits{})
			require.NoError(t, err)
			assert.Equal(t, test.want, lo.Map(files, shown))
		})
	}
}

func member(t *testing.T, name, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Name = name
	_, err := w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}
