package publishing

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/labels/join"
	"github.com/despacho/despacho/labels/pdf"
	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/scratch"
	"github.com/despacho/despacho/storage/storagetest"
)

// badDisk gives back what change makes of a joined file, or fails to take it.
type badDisk struct {
	*scratch.File
	change func(whole []byte) []byte
	full   error
	read   *bytes.Reader
}

func (d *badDisk) Write(data []byte) (int, error) {
	if d.full != nil {
		return 0, d.full
	}
	return d.File.Write(data)
}

func (d *badDisk) Seek(offset int64, whence int) (int64, error) {
	if d.read == nil {
		if _, err := d.File.Seek(0, io.SeekStart); err != nil {
			return 0, err
		}
		whole, err := io.ReadAll(d.File)
		if err != nil {
			return 0, err
		}
		d.read = bytes.NewReader(d.change(whole))
	}
	return d.read.Seek(offset, whence)
}

func (d *badDisk) Read(data []byte) (int, error) { return d.read.Read(data) }

// joinsOnto has joined files held by a disk that does not do what it should.
func (p *printed) joinsOnto(disk badDisk) {
	p.publishing.scratch = func() (joinedFile, error) {
		file, err := scratch.Create(p.publishing.TempDir)
		return &badDisk{File: file, change: disk.change, full: disk.full}, err
	}
}

// puts places other content under a label's key.
// putsLabel gives the nth labelled order of a provider's batch another file, in an object of its own.
func (p *printed) putsLabel(provider string, n int, content []byte) books.Entry {
	p.Helper()
	scope, name := p.Scope(provider), books.PageName(books.BatchPage, 1, books.AfterAnswer)
	page := p.Page(scope, name)
	label := &page.Ended[n].Labels[0]
	stored, err := p.Store.PutBytes(p.Context(), storage.LabelPrefix(scope.Merchant, scope.Connection.ID), "."+label.Format, "text/plain", content)
	require.NoError(p, err)
	label.Key, label.Pack, label.From, label.SHA256, label.Bytes = stored.Key, "", 0, stored.SHA256, stored.Bytes
	require.NoError(p, p.Store.Put(p.Context(), scope.PageKey(name), page))
	return page.Ended[n]
}

// oneLess is a sound joined file that lacks the last label.
func oneLess(t *testing.T, format string, whole []byte) []byte {
	t.Helper()
	var labels [][]byte
	if format == "pdf" {
		var err error
		labels, err = pdf.SplitPages(whole)
		require.NoError(t, err)
	} else {
		for unit, err := range zpl.Units(bytes.NewReader(whole)) {
			require.NoError(t, err)
			labels = append(labels, unit.Data)
		}
	}
	each := func(yield func([]byte, error) bool) {
		for _, label := range labels[:len(labels)-1] {
			if !yield(label, nil) {
				return
			}
		}
	}
	var less bytes.Buffer
	var err error
	if format == "pdf" {
		_, err = pdf.Join(&less, each)
	} else {
		_, err = zpl.Join(&less, each)
	}
	require.NoError(t, err)
	return less.Bytes()
}

func TestAJoinedFileIsReadAgainAndCountedBeforeItIsStored(t *testing.T) {
	t.Parallel()
	for provider, format := range map[string]string{"coppel": "zpl", "totalplay": "pdf"} {
		for name, disk := range map[string]struct {
			change func([]byte) []byte
			says   string
		}{
			"it lost a label":   {func(whole []byte) []byte { return oneLess(t, format, whole) }, "instead of 3 when it is read again"},
			"it came back half": {func(whole []byte) []byte { return whole[:len(whole)/2] }, format},
		} {
			t.Run(name+", "+format, func(t *testing.T) {
				t.Parallel()
				p := prints(t, 3, nil, provider)
				p.joinsOnto(badDisk{change: disk.change})
				_, err := activitiestest.TryStep(p.world, p.publishing.Publish, p.in, nil)
				require.ErrorContains(t, err, disk.says)
				require.NoError(t, p.Store.List(t.Context(), storage.RunPrintPrefix(p.in.Merchant, p.in.Run), func(o storage.Object) error {
					assert.Fail(t, "it was stored", o.Key)
					return nil
				}))
				p.publishing.scratch = nil
				assert.Equal(t, 3, p.publish().Files[0].Labels, "and no label was blamed for it")
			})
		}
	}
}

func TestAFullDiskCostsNoLabel(t *testing.T) {
	t.Parallel()
	p := prints(t, 3, nil, "coppel")
	p.joinsOnto(badDisk{full: errors.New("no space left on device")})
	_, err := activitiestest.TryStep(p.world, p.publishing.Publish, p.in, nil)
	require.ErrorContains(t, err, "no space left on device")
	p.publishing.scratch = nil
	assert.Equal(t, 3, p.publish().Files[0].Labels)
}

func TestAJoinedLabelHasThePagesThatItsBooksCount(t *testing.T) {
	t.Parallel()
	label := toPrint{Label: books.Label{Count: 2}}
	for name, test := range map[string]struct {
		places []join.Place
		slips  bool
		says   string
	}{
		"as many":                {[]join.Place{{First: 1, Count: 2}}, false, ""},
		"one more, a slip":       {[]join.Place{{First: 1, Count: 3}}, true, ""},
		"one more without slips": {[]join.Place{{First: 1, Count: 3}}, false, "label 1 of the joined pdf has 3 pages, not 2"},
		"one less":               {[]join.Place{{First: 1, Count: 1}}, true, "label 1 of the joined pdf has 1 pages, not 2"},
		"no place":               {nil, false, "the joined pdf holds 0 labels, its manifest 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := (&joinedFiles{format: "pdf", labels: []toPrint{label}}).compare(join.Written{Places: test.places}, test.slips)
			if test.says == "" {
				require.NoError(t, err)
				return
			}
			assert.Contains(t, activitiestest.RequireFinal(t, contract.ErrorBooks, err).Message(), test.says)
		})
	}
	t.Run("held against the store's files", func(t *testing.T) {
		t.Parallel()
		p := prints(t, 2, nil, "coppel")
		p.putsLabel("coppel", 0, []byte("^XA^FDone^FS^XZ^XA^FDtwo^FS^XZ"))
		_, err := activitiestest.TryStep(p.world, p.publishing.Publish, p.in, nil)
		assert.Contains(t, activitiestest.RequireFinal(t, contract.ErrorBooks, err).Message(), "has 2 pages, not 1")
	})
}

func TestLabelsThatCannotBeJoinedAreFoundInOneWalk(t *testing.T) {
	t.Parallel()
	p := prints(t, 8, nil, "coppel", "totalplay")
	bad := 0
	for _, provider := range []string{"coppel", "totalplay"} {
		for i := range p.Page(p.Scope(provider), books.PageName(books.BatchPage, 1, books.AfterAnswer)).Ended {
			if i%2 == 1 {
				p.putsLabel(provider, i, []byte("^XA no end"))
				bad++
			}
		}
	}
	var reads atomic.Int64
	p.S3.InjectFaults(func(call storagetest.Call, r *http.Request) storagetest.Fault {
		if call == storagetest.GetObject && strings.Contains(r.URL.Path, "/files/") {
			reads.Add(1)
		}
		return storagetest.Fault{}
	})
	p.in.Stamp, p.in.Separators, p.in.Part = true, true, 3
	published := p.publish()
	manifest, _ := p.manifest()
	assert.Equal(t, bad, lo.CountBy(manifest.Rows, func(r contract.ManifestRow) bool { return r.Outcome == contract.CorruptLabel }))
	assert.Equal(t, len(p.truth)-bad, lo.SumBy(published.Files, func(f contract.PrintFile) int { return f.Labels }))
	labels := lo.SumBy(manifest.Rows, func(r contract.ManifestRow) int {
		return max(1, lo.CountBy(r.Labels, func(l contract.PrintedLabel) bool { return l.File != "" }))
	})
	assert.LessOrEqual(t, int(reads.Load()), labels+labels-bad, "each label once to find the bad ones, each good one once more")
}

func TestBooksThatDoNotBalanceAreNotKept(t *testing.T) {
	t.Parallel()
	a := &Publishing{Store: storagetest.New(t)}
	order := func(id string) books.Entry { return books.Entry{Order: books.Order{ID: id}} }
	row := func(id string) contract.ManifestRow { return books.RowOf(order(id)) }
	in := PublishInput{Merchant: "m", Run: "k"}
	for says, pile := range map[string]struct {
		entries []books.Entry
		rows    []contract.ManifestRow
	}{
		"1 orders have no row":  {[]books.Entry{order("a"), order("b")}, []contract.ManifestRow{row("a")}},
		"1 rows have no order":  {[]books.Entry{order("a")}, []contract.ManifestRow{row("a"), row("b")}},
		"1 orders appear twice": {[]books.Entry{order("a")}, []contract.ManifestRow{row("a"), row("a")}},
	} {
		err := a.decide(t.Context(), in, pile.entries, &Pile{Manifest: contract.Manifest{Rows: pile.rows}})
		assert.Contains(t, activitiestest.RequireFinal(t, contract.ErrorBooks, err).Message(), says)
		there, err := a.Store.Exists(t.Context(), pileKey("m", "k"))
		require.NoError(t, err)
		assert.False(t, there, says)
	}
	require.NoError(t, a.decide(t.Context(), in, []books.Entry{order("a")}, &Pile{Manifest: contract.Manifest{Rows: []contract.ManifestRow{row("a")}}}))
}
