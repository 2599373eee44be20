package sandbox

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unzipped are the files of a zip by name.
func unzipped(t *testing.T, content []byte) map[string][]byte {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, file := range archive.File {
		reader, err := file.Open()
		require.NoError(t, err)
		inside, err := io.ReadAll(reader)
		require.NoError(t, err)
		require.NotContains(t, files, file.Name)
		files[file.Name] = inside
	}
	return files
}

// labelled asks for labels, waits, and answers the files of the zip.
func (v visitor) labelled(provider string, orders ...string) map[string][]byte {
	v.Helper()
	task := v.ask(provider, orders...)
	v.time.pass(time.Duration(len(orders)) * time.Minute)
	status, content := v.download(v.task(task)["url"].(string))
	require.Equal(v, 200, status)
	return unzipped(v.T, content)
}

func names(files map[string][]byte) []string {
	found := lo.Keys(files)
	slices.Sort(found)
	return found
}

// plain are orders whose sale has one delivery and that have one parcel.
func plain(orders []ReportOrder) []ReportOrder {
	return lo.Filter(orders, func(o ReportOrder, i int) bool {
		siblings := lo.CountBy(orders, func(other ReportOrder) bool { return other.Number == o.Number })
		return siblings == 1 && len(o.Parcels) == 1
	})
}

func TestWhatEachChannelHandsOut(t *testing.T) {
	t.Parallel()
	for provider, want := range map[string][]string{
		"linio":     {"REF.pdf"},
		"dafiti":    {"REF.pdf"},
		"ripley":    {"Etiquetas_Ripley.pdf", "Packing.xlsx", "Picking.xlsx", "REF.pdf"},
		"paris":     {"Packing.xlsx", "Picking.xlsx", "REF.pdf", "REF.zpl", "etiquetas_paris.pdf"},
		"fcom":      {"Packing.xlsx", "Picking.xlsx", "REF.pdf"},
		"amazon":    {"REF.pdf"},
		"walmart":   {"REF.pdf"},
		"coppel":    {"REF.zpl"},
		"totalplay": {"REF.pdf"},
		"liverpool": {"REF.txt"},
	} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			v := visit(t, Options{})
			o := plain(v.orders(provider, FateLabelable))[0]
			if o.FirstNeeds != "" {
				v.send(o.ID, o.FirstNeeds)
				v.time.pass(4 * time.Minute)
			}
			files := v.labelled(provider, o.ID)
			assert.ElementsMatch(t, want, lo.Map(names(files), func(name string, _ int) string { return strings.Replace(name, o.Reference, "REF", 1) }))
			for name, content := range files {
				switch {
				case strings.HasSuffix(name, ".pdf"):
					assert.True(t, bytes.HasPrefix(content, []byte("%PDF-1.4")), name)
				case strings.HasSuffix(name, ".xlsx"):
					assert.True(t, bytes.HasPrefix(content, []byte("PK")), name)
				default:
					assert.Contains(t, string(content), "^FD>:"+o.Parcels[0].Code+"^FS")
				}
			}
		})
	}
}

func TestSameTaskHasTheSameBytes(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	for _, provider := range []string{"mercadolibre", "paris", "coppel"} {
		task := v.ask(provider, ids(v.orders(provider, FateLabelable)[:3])...)
		v.time.pass(3 * time.Minute)
		_, first := v.download(v.task(task)["url"].(string))
		_, second := v.download(v.task(task)["url"].(string))
		assert.True(t, bytes.Equal(first, second), provider)
	}
}

func TestFalabellaInZPL(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{FalabellaFormat: "zpl"})
	o := plain(v.orders("fcom", FateLabelable))[0]
	assert.Contains(t, v.labelled("fcom", o.ID), o.Reference+".zpl")
	v = visit(t, Options{})
	assert.Contains(t, v.labelled("fcom", o.ID), o.Reference+".pdf", "the switch is this hub's alone")
}

func TestMercadoLibreHandsOutAZipInAZip(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	orders := v.orders("mercadolibre", FateLabelable)
	shipments := regexp.MustCompile(`\^FD(?:>:|LA,\{"id":")(\d+(?:-\d)?)`)

	first := v.labelled("mercadolibre", ids(orders[:9])...)
	assert.Equal(t, []string{"Control-1.pdf", "Etiquetas.pdf", "Packing.xlsx", "Picking.xlsx", nestedName}, names(first))
	inside := unzipped(t, first[nestedName])
	require.Equal(t, []string{"Etiqueta de envio.txt"}, names(inside))
	var found, want []string
	for _, match := range shipments.FindAllStringSubmatch(string(inside["Etiqueta de envio.txt"]), -1) {
		found = append(found, match[1])
	}
	for _, o := range orders[:9] {
		for i := range o.Parcels {
			want = append(want, o.Shipment+lo.Ternary(i > 0, "-2", ""))
		}
	}
	assert.Equal(t, want, found, "every parcel's barcode, once")
	assert.Equal(t, len(want), bytes.Count(first["Etiquetas.pdf"], []byte("/Type /Page ")), "one page per label")

	second := v.labelled("mercadolibre", orders[0].ID, orders[9].ID)
	assert.ElementsMatch(t, []string{"Etiqueta de envio " + orders[0].Reference + "_old.txt", "Etiqueta de envio " + orders[9].Reference + ".txt"},
		names(unzipped(t, second[nestedName])), "one file per order, and the old one's name says so")
	assert.Contains(t, second, "Control-2.pdf")

	third := v.labelled("mercadolibre", orders[0].ID)
	assert.Equal(t, []string{"Etiquetas_old.pdf", "Packing.xlsx", "Picking.xlsx", nestedName}, names(third), "no control file")
	assert.Equal(t, []string{"Etiqueta de envio_old.txt"}, names(unzipped(t, third[nestedName])))
}

func TestDocumentsOfAnOrder(t *testing.T) {
	t.Parallel()
	v := visit(t, Options{})
	o := v.orders("mercadolibre", FateLabelable)[0]
	assert.Empty(t, v.get("/api/delivery-orders/" + o.ID)["DeliveryOrderDocuments"])
	task := v.ask("mercadolibre", o.ID)
	v.time.pass(2 * time.Minute)
	documents := v.get("/api/delivery-orders/" + o.ID)["DeliveryOrderDocuments"].([]any)
	kinds := lo.Map(documents, func(d any, _ int) string { return d.(object)["type"].(string) })
	assert.Equal(t, []string{kindZPL, kindPDF, kindControl}, kinds)
	assert.Equal(t, documents[0].(object)["_id"], v.output(task).Successful[0].DocumentID)
	for _, d := range documents {
		status, content := v.download(d.(object)["url"].(string))
		assert.Equal(t, 200, status)
		assert.NotEmpty(t, content)
	}
	assert.Equal(t, 3, v.order(o.ID).Downloads)
}

func TestGivenLabelFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "paris"), 0o700))
	for name, content := range map[string]string{"b.zpl": "^XA^FDb^FS^XZ", "a.PDF": "%PDF-a", "notes.md": "no label", "paris/c.txt": "^XA^FDc^FS^XZ"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	v := visit(t, Options{LabelsDir: dir})
	t.Run("a provider's own folder comes first, unchanged, under the order's reference", func(t *testing.T) {
		o := plain(v.orders("paris", FateLabelable))[0]
		files := v.labelled("paris", o.ID)
		assert.ElementsMatch(t, []string{"Packing.xlsx", "Picking.xlsx", o.Reference + ".txt"}, names(files))
		assert.Equal(t, "^XA^FDc^FS^XZ", string(files[o.Reference+".txt"]))
	})
	t.Run("others take turns with the folder's files", func(t *testing.T) {
		orders := v.orders("ripley", FateLabelable)
		files := v.labelled("ripley", ids(orders)...)
		contents := lo.CountValues(lo.FilterMap(names(files), func(name string, _ int) (string, bool) {
			return string(files[name]), !strings.HasSuffix(name, ".xlsx")
		}))
		assert.Equal(t, len(orders), contents["%PDF-a"]+contents["^XA^FDb^FS^XZ"])
		assert.InDelta(t, contents["%PDF-a"], contents["^XA^FDb^FS^XZ"], 1)
	})
}
