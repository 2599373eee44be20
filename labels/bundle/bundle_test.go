package bundle_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/unicode"

	"github.com/despacho/despacho/labels/budget"
	"github.com/despacho/despacho/labels/bundle"
	"github.com/despacho/despacho/labels/internal/sample"
)

func open(t testing.TB, data []byte, limits bundle.Limits) ([]bundle.File, error) {
	t.Helper()
	return bundle.Open("hub.zip", bytes.NewReader(data), int64(len(data)), limits)
}

func TestOpenGivesEveryFileWithItsPath(t *testing.T) {
	t.Parallel()
	inner := sample.Zip(t, "Etiqueta de envio.txt", sample.ZPL("2001"), "Control.pdf", sample.PDF("Control"))
	outer := sample.Zip(t, "mercadolibre.zip", inner, "labels/", "", "labels/2002.pdf", sample.PDF("2002"))
	files, err := open(t, outer, bundle.Limits{})
	require.NoError(t, err)
	assert.Equal(t, []string{"hub.zip!mercadolibre.zip!Etiqueta de envio.txt zpl", "hub.zip!mercadolibre.zip!Control.pdf pdf", "hub.zip!labels/2002.pdf pdf"},
		lo.Map(files, func(f bundle.File, _ int) string { return fmt.Sprint(f.Name, " ", f.Kind) }))
	assert.Equal(t, sample.ZPL("2001"), files[0].Data)
}

func TestOpenTakesASingleFileToo(t *testing.T) {
	t.Parallel()
	files, err := open(t, sample.ZPL("2001"), bundle.Limits{})
	require.NoError(t, err)
	assert.Equal(t, []bundle.File{{Name: "hub.zip", Kind: bundle.ZPL, Data: sample.ZPL("2001")}}, files)

	files, err = open(t, nil, bundle.Limits{})
	require.NoError(t, err)
	assert.Equal(t, bundle.Empty, files[0].Kind)
}

func workbook(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, excelize.NewFile().Write(&out))
	return out.Bytes()
}

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

func TestKindsAreToldByBytesNotNames(t *testing.T) {
	t.Parallel()
	zpl := string(sample.ZPL("2001"))
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(zpl)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		data []byte
		want bundle.Kind
	}{
		"ZPL":                                {[]byte(zpl), bundle.ZPL},
		"ZPL behind a byte order mark":       {[]byte("\xef\xbb\xbf" + zpl), bundle.ZPL},
		"ZPL behind words":                   {[]byte("label 1 of 1\r\n" + zpl), bundle.ZPL},
		"ZPL that begins with a graphic":     {[]byte("~DGR:A.GRF,9000,1," + strings.Repeat("F", 9000) + zpl), bundle.ZPL},
		"ZPL with a Windows driver's set-up": {[]byte("CT~~CD,~CC^~CT~^XA^XZ"), bundle.ZPL},
		"ZPL with other prefixes":            {[]byte("~CC!!XA!FDx!FS!XZ"), bundle.ZPL},
		"ZPL with control prefixes":          {[]byte("\x1eXA\x1eFDx\x1eFS\x1eXZ"), bundle.ZPL},
		"ZPL broken over lines":              {[]byte("^X\r\nA^FDx^FS^X\nZ"), bundle.ZPL},
		"ZPL without its start":              {[]byte("^FO9,9^FDx^FS^XZ"), bundle.ZPL},
		"ZPL behind many words":              {[]byte(strings.Repeat("driver ", 1000) + zpl), bundle.ZPL},
		"ZPL in UTF-16":                      {[]byte(utf16), bundle.ZPL},
		"a PDF":                              {sample.PDF("x"), bundle.PDF},
		"a PDF that mentions ZPL":            {sample.PDF("^XA"), bundle.PDF},
		"a PDF behind junk":                  {append([]byte("HTTP/1.1 200 OK\r\n\r\n"), sample.PDF("x")...), bundle.PDF},
		"ZPL that mentions PDF":              {[]byte("^XA^FD%PDF-^FS^XZ"), bundle.ZPL},
		"a workbook":                         {workbook(t), bundle.Workbook},
		"another office document":            {sample.Zip(t, "[Content_Types].xml", "", "word/document.xml", ""), bundle.Unknown},
		"a picture":                          {[]byte("\x89PNG\r\n\x1a\n1234"), bundle.Image},
		"a photograph":                       {[]byte("\xff\xd8\xff\xe0JFIF"), bundle.Image},
		"a web page":                         {[]byte("\n<!DOCTYPE html><html>"), bundle.HTML},
		"nothing":                            {nil, bundle.Empty},
		"blanks":                             {[]byte("\xef\xbb\xbf \r\n\x00"), bundle.Empty},
		"words":                              {[]byte("busy, try later"), bundle.Unknown},
		"JSON":                               {[]byte(`{"error":"x"}`), bundle.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := open(t, sample.Zip(t, "label.pdf", test.data), bundle.Limits{})
			require.NoError(t, err)
			require.Len(t, files, 1)
			assert.Equal(t, test.want, files[0].Kind)
			assert.Empty(t, files[0].WhyDamaged)
			alone, err := open(t, test.data, bundle.Limits{})
			require.NoError(t, err)
			assert.Equal(t, test.want, alone[0].Kind)
		})
	}
	_, text := bundle.Sniff([]byte(utf16))
	assert.Equal(t, zpl, string(text))
}

func TestNamesAreOnlyNames(t *testing.T) {
	t.Parallel()
	files, err := open(t, sample.Zip(t, "../../etc/passwd", "^XA", "/abs.zpl", "^XA", `C:\x.zpl`, "^XA", "a\x00b\nc\x7f", "^XA", strings.Repeat("x", 5000), "^XA", "etiquet\xa1.zpl", "^XA"), bundle.Limits{})
	require.NoError(t, err)
	names := lo.Map(files, func(f bundle.File, _ int) string { return strings.TrimPrefix(f.Name, "hub.zip!") })
	assert.Equal(t, []string{"../../etc/passwd", "/abs.zpl", `C:\x.zpl`, "a?b?c?", strings.Repeat("x", 300), "etiquetí.zpl"}, names)
}

func TestGzipIsAnArchiveToo(t *testing.T) {
	t.Parallel()
	files, err := open(t, zipped(t, sample.Zip(t, "a.zpl", sample.ZPL("2001"))), bundle.Limits{})
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, "hub.zip!content!a.zpl", files[0].Name)
	assert.Equal(t, bundle.ZPL, files[0].Kind)
}

func TestADamagedEntryCostsOnlyItself(t *testing.T) {
	t.Parallel()
	whole := sample.Zip(t, "a.zpl", sample.ZPL("2001"), "b.zpl", sample.ZPL("2002"), "c.zip", []byte("PK\x03\x04 cut short"), "d.zpl", sample.ZPL("2004"))
	damaged := bytes.Clone(whole)
	damaged[bytes.Index(damaged, []byte("b.zpl"))+len("b.zpl")+8] ^= 0xff
	files, err := open(t, damaged, bundle.Limits{})
	require.NoError(t, err)
	require.Len(t, files, 4)
	assert.Equal(t, []bool{false, true, true, false}, lo.Map(files, func(f bundle.File, _ int) bool { return f.WhyDamaged != "" }))

	files, err = open(t, whole[:len(whole)-40], bundle.Limits{})
	require.NoError(t, err)
	require.Len(t, files, 1)
	assert.Equal(t, bundle.Archive, files[0].Kind)
	assert.NotEmpty(t, files[0].WhyDamaged)

	files, err = open(t, whole, bundle.Limits{FileBytes: 50})
	require.NoError(t, err)
	require.Len(t, files, 4)
	assert.Contains(t, files[0].WhyDamaged, "larger than 50 bytes")
}

func TestWhatExceedsALimitIsRefusedByNameAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	nested := sample.ZPL("2001")
	for range 5 {
		nested = sample.Zip(t, "in.zip", nested)
	}
	const good = "^XA^FDx^FS^XZ"
	zeros := make([]byte, 70<<20)
	tests := map[string]struct {
		data   []byte
		limits bundle.Limits
		want   []string
	}{
		"archives in archives": {sample.Zip(t, "a", good, "in.zip", nested, "b", good), bundle.Limits{}, []string{
			"a: ok", "in.zip!in.zip!in.zip!in.zip: archives may be within each other 4 deep", "b: ok"}},
		"archives in gzip in gzip": {zipped(t, zipped(t, zipped(t, []byte(good)))), bundle.Limits{Depth: 2}, []string{
			"content!content: archives may be within each other 2 deep"}},
		"files of the whole": {sample.Zip(t, "a", "1", "b", "2", "c", "3"), bundle.Limits{Files: 2}, []string{
			": the archives of one bundle may hold no more than 2 files"}},
		"files of an archive within": {sample.Zip(t, "a", good, "in.zip", sample.Zip(t, "1", "1", "2", "2", "3", "3"), "b", good), bundle.Limits{Files: 5}, []string{
			"a: ok", "in.zip: the archives of one bundle may hold no more than 5 files", "b: ok"}},
		"bytes of all files": {sample.Zip(t, "a", good, "b", zeros[:600], "c", zeros[:600], "d", good), bundle.Limits{TotalBytes: 1000}, []string{
			"a: ok", "b: ok", "c: the files of its bundle unpack to more than 1000 bytes: it was not opened", "d: ok"}},
		"bytes of one file": {sample.Zip(t, "a", zeros[:600], "b", good), bundle.Limits{TotalBytes: 1000, FileBytes: 500}, []string{
			"a: the file is larger than 500 bytes", "b: ok"}},
		"bytes of a file alone":        {zeros[:2000], bundle.Limits{TotalBytes: 1000}, []string{": the file is larger than 1000 bytes"}},
		"bytes per byte of the bundle": {sample.Zip(t, "a", good, "b", zeros), bundle.Limits{FileBytes: 128 << 20}, []string{"a: ok", "b: the files of its bundle unpack to more than 67108864 bytes: it was not opened"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files, err := open(t, test.data, test.limits)
			require.NoError(t, err)
			assert.Equal(t, test.want, lo.Map(files, func(f bundle.File, _ int) string {
				return strings.TrimPrefix(strings.TrimPrefix(f.Name, "hub.zip"), "!") + ": " + cmp.Or(f.WhyDamaged, "ok")
			}))
		})
	}
}

func TestEntriesOverOneStreamAreRefused(t *testing.T) {
	t.Parallel()
	const entries = 50
	files, err := open(t, overOneStream(t, entries), bundle.Limits{})
	require.NoError(t, err)
	require.Len(t, files, entries)
	assert.Empty(t, files[0].WhyDamaged)
	for _, f := range files[1:] {
		assert.Equal(t, "the file shares its data with another one in the archive", f.WhyDamaged)
	}
}

// overOneStream makes an archive whose entries all unpack the same stream.
func overOneStream(t *testing.T, entries int) []byte {
	t.Helper()
	one := sample.Zip(t, "a.zpl", sample.ZPL("2001"))
	end := bytes.LastIndex(one, []byte("PK\x05\x06"))
	begin := bytes.LastIndex(one, []byte("PK\x01\x02"))
	out := slices.Concat(one[:begin], bytes.Repeat(one[begin:end], entries), one[end:])
	tail := out[len(out)-22:]
	binary.LittleEndian.PutUint16(tail[8:], uint16(entries))
	binary.LittleEndian.PutUint16(tail[10:], uint16(entries))
	binary.LittleEndian.PutUint32(tail[12:], uint32(entries*(end-begin)))
	return out
}

func TestADirectoryIsNotReadBeyondTheLimitOfFiles(t *testing.T) {
	t.Parallel()
	for name, records := range map[string]uint16{"that says how long it is": 60_000, "that says it is short": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := overOneStream(t, 60_000)
			binary.LittleEndian.PutUint16(data[len(data)-12:], records)
			read := &counting{from: bytes.NewReader(data)}
			files, err := bundle.Open("hub.zip", read, int64(len(data)), bundle.Limits{Files: 100})
			require.NoError(t, err)
			require.Len(t, files, 1)
			assert.Equal(t, "the archives of one bundle may hold no more than 100 files", files[0].WhyDamaged)
			assert.Less(t, read.bytes, 2<<20)
		})
	}
}

// counting counts the bytes that are read.
type counting struct {
	from  io.ReaderAt
	bytes int
}

func (c *counting) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.from.ReadAt(p, at)
	c.bytes += n
	return n, err
}

func TestOneBudgetEndsABundle(t *testing.T) {
	t.Parallel()
	data := sample.Zip(t, "a", make([]byte, 600), "b", make([]byte, 600), "c", "^XA^FDx^FS^XZ")
	files, err := open(t, data, bundle.Limits{Budget: budget.New(t.Context(), budget.Limits{Bytes: 1000, Steps: 1000})})
	require.NoError(t, err)
	assert.Equal(t, []string{"", budget.ErrSpent.Error(), budget.ErrSpent.Error()}, lo.Map(files, func(f bundle.File, _ int) string { return f.WhyDamaged }))

	ended, end := context.WithCancel(t.Context())
	end()
	_, err = open(t, data, bundle.Limits{Budget: budget.New(ended, budget.For(0))})
	require.ErrorIs(t, err, context.Canceled)
}

func FuzzOpen(f *testing.F) {
	f.Add(sample.Zip(f, "a.zip", sample.Zip(f, "a.zpl", "^XA^XZ"), "b.pdf", sample.PDF("x")))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("\xff\xfe^\x00X\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := bundle.Limits{Files: 50, TotalBytes: 1 << 20, FileBytes: 1 << 18}
		files, err := open(t, data, limits)
		if err != nil {
			return
		}
		total := 0
		for _, file := range files {
			require.NotEmpty(t, file.Kind)
			total += len(file.Data)
		}
		require.LessOrEqual(t, total, 2<<20)
	})
}
