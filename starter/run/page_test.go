package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities"
	"github.com/despacho/despacho/activities/books"
	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/storage"
)

func pageOf(t *testing.T, result books.Result, manifest books.Manifest) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, WritePage(&out, result, manifest))
	return strings.Join(strings.Fields(out.String()), " ")
}

func TestWritePage(t *testing.T) {
	t.Parallel()
	store := newStore(t)
	result := publish(t, store, "m1", "k1")
	manifest, err := readManifest(t.Context(), store, result)
	require.NoError(t, err)
	html := pageOf(t, result, manifest)

	t.Run("names the files and how many labels each has", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, `<a href="etiquetas-k1.zpl" download>etiquetas-k1.zpl</a></td><td>Impresora térmica (ZPL)</td><td class="number">1</td>`)
		assert.Contains(t, html, `<a href="etiquetas-k1.pdf" download>etiquetas-k1.pdf</a></td><td>Cualquier impresora (PDF)</td><td class="number">1</td><td class="number">2</td>`)
	})
	t.Run("says the order of the pile", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, "Orden de la pila: primero los de un solo SKU, por SKU › fecha límite de despacho › número de pedido.")
		assert.Contains(t, html, "<td>2 × POLERA-M</td><td></td><td>etiquetas-k1.zpl, etiqueta 1</td>")
		assert.Contains(t, html, "etiquetas-k1.pdf, páginas 1 a 2")
	})
	t.Run("says what is missing, why, and what to do", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, "<b>1</b> faltante</div>")
		assert.Contains(t, html, `<td class="order">2000003</td><td>Falabella</td><td>1 × ZAPATO-40</td><td><strong>Rechazado.</strong>`)
		assert.Contains(t, html, "Detalle: not &lt;printable&gt; any more")
	})
	t.Run("sets apart what was printed earlier and what its channel does not know", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, `<td class="order">2000004</td><td>Mercado Libre</td><td></td><td>printed by run k0</td>`)
		assert.Contains(t, html, "El canal rechazó el aviso de despacho")
		assert.Contains(t, html, "Shopify is a web shop")
	})
	t.Run("is Spanish first, then Portuguese and English in short", func(t *testing.T) {
		t.Parallel()
		assert.Less(t, strings.Index(html, "Faltantes y motivo"), strings.Index(html, "2 de 4 pedidos com etiqueta; faltam 1."))
		assert.Less(t, strings.Index(html, "Em português"), strings.Index(html, "2 of 4 orders have a label; 1 are missing."))
	})
	t.Run("names the lists and the groups, and the slot on a sheet", func(t *testing.T) {
		t.Parallel()
		with, printed := result, manifest
		with.Files = []books.PrintFile{{Key: "p/1.pdf", Format: "pdf", Group: "mercadolibre flex", Labels: 1, Pages: 1}}
		with.Lists = []books.ListFile{{Kind: books.PickingList, Key: "p/2.xlsx", Format: "xlsx", Bytes: 12}, {Kind: books.PackingList, Key: "p/3.pdf", Format: "pdf", Bytes: 13}}
		printed.Rows = []books.Row{{Outcome: books.Labelled, Labels: []books.Printed{{File: "p/1.pdf", Format: "pdf", First: 2, Count: 1, Slot: 3}}}}
		html := pageOf(t, with, printed)
		assert.Contains(t, html, "Cualquier impresora (PDF) · mercadolibre flex")
		assert.Contains(t, html, `<a href="picking-k1.xlsx" download>picking-k1.xlsx</a></td><td>Lista de picking: qué buscar, por ubicación y SKU (Excel)</td><td class="number">12 B</td>`)
		assert.Contains(t, html, `<a href="packing-k1.pdf" download>packing-k1.pdf</a></td><td>Lista de packing: qué va en cada pedido (PDF, para imprimir)`)
		assert.Contains(t, html, "etiquetas-k1-mercadolibre-flex.pdf, página 2, lugar 3")
	})
	t.Run("names the control files for the drivers, and which labels came without one", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, html, "Para el conductor", "nothing where there are none")
		with, printed := result, manifest
		with.Connections = []books.ConnectionResult{{ID: "c-9", Channel: "mercadolibre", Name: "Tienda Ñuñoa"}}
		with.Controls = []books.ControlFile{{Key: "p/9.pdf", ConnectionID: "c-9", Channel: "mercadolibre", Orders: 2, Pages: 1, Bytes: 14}}
		printed.Rows = []books.Row{
			{Outcome: books.Labelled, Channel: "mercadolibre"}, {Outcome: books.Labelled, Channel: "mercadolibre"}, {Outcome: books.Labelled, Channel: "mercadolibre"},
			{Outcome: books.Rejected, Channel: "mercadolibre"}, {Outcome: books.Labelled, Channel: "paris"},
		}
		html := pageOf(t, with, printed)
		assert.Contains(t, html, `<a href="manifiesto-k1-01-Tienda-Nunoa.pdf" download>manifiesto-k1-01-Tienda-Nunoa.pdf</a></td><td>Manifiesto (hoja de control) de Mercado Libre</td><td>Tienda Ñuñoa</td><td class="number">2</td><td class="number">1</td>`)
		assert.Contains(t, html, "Mercado Libre: 1 etiqueta sin manifiesto en esta tanda.")
		assert.NotContains(t, html, "Paris: 1 etiqueta")
	})
	t.Run("lists the pick-ups that wait", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, html, "Retiros en tienda", "nothing where none wait")
		var out strings.Builder
		waiting := lo.Times(pickUpsOnPage+2, func(n int) activities.PickUpRecord {
			return activities.PickUpRecord{PickUp: fmt.Sprintf("p-%d", n), Code: "RT<1>", Number: "3000001", ConnectionName: "Tienda Ñuñoa", Channel: "paris", Status: channels.ReceivedByStore}
		})
		require.NoError(t, WritePage(&out, result, manifest, waiting...))
		html := strings.Join(strings.Fields(out.String()), " ")
		assert.Contains(t, html, `<td class="order">3000001</td><td>RT&lt;1&gt;<br><span class="quiet">p-0</span></td><td>Tienda Ñuñoa</td><td>Paris</td><td>en la tienda: espera a quien lo retira</td>`)
		assert.Contains(t, html, "Hay 2 más")
		assert.NotContains(t, html, "p-200")
	})
	t.Run("needs no network", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, html, "http://")
		assert.NotContains(t, html, "https://")
		assert.NotContains(t, html, "<script")
		assert.Contains(t, html, "default-src 'none'")
	})
	t.Run("a run without a label says so", func(t *testing.T) {
		t.Parallel()
		empty := pageOf(t, books.Result{State: books.RunCompleted}, books.Manifest{})
		assert.Contains(t, empty, "no tiene etiquetas para imprimir")
		assert.Contains(t, empty, "No falta ninguna etiqueta.")
	})
	t.Run("words from outside stay words", func(t *testing.T) {
		t.Parallel()
		hostile := pageOf(t, books.Result{Run: `"><script>alert(1)</script>`, State: books.RunFailed, Reason: "<img src=x>"}, books.Manifest{Sort: "<b>"})
		assert.NotContains(t, hostile, "<script>")
		assert.NotContains(t, hostile, "<img")
	})
}

func TestDownload(t *testing.T) {
	t.Parallel()
	hows := func(fetched []Fetched) map[string]string {
		all := map[string]string{}
		for _, f := range fetched {
			all[f.Name] = f.How
		}
		return all
	}

	t.Run("fetches the files under sane names, once", func(t *testing.T) {
		t.Parallel()
		store, folder := newStore(t), filepath.Join(t.TempDir(), "new", "folder")
		result := publish(t, store, "m1", "k1")
		fetched, err := Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{
			"etiquetas-k1.zpl": howFetched, "etiquetas-k1.pdf": howFetched,
			"manifest.json": howFetched, "manifest.csv": howFetched, "index.html": howWritten,
		}, hows(fetched))
		label, err := os.ReadFile(filepath.Join(folder, "etiquetas-k1.zpl"))
		require.NoError(t, err)
		assert.Equal(t, "^XA^FDone^FS^XZ", string(label))

		again, err := Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, howThere, hows(again)["etiquetas-k1.zpl"])
		assert.Equal(t, howThere, hows(again)["manifest.json"])
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		assert.Len(t, entries, 5, "nothing is left beside the files")
	})

	t.Run("fetches the control files with the others, and links to them", func(t *testing.T) {
		t.Parallel()
		store, folder := newStore(t), t.TempDir()
		result := publish(t, store, "m1", "k1")
		file, err := store.PutBytes(t.Context(), storage.RunPrintPrefix("m1", "k1"), ".pdf", "application/pdf", []byte("%PDF-1.7 control"))
		require.NoError(t, err)
		result.Controls = []books.ControlFile{{Key: file.Key, ConnectionID: "c1", Channel: "mercadolibre", Orders: 1, Pages: 1, Bytes: file.Bytes, SHA256: file.SHA256}}
		fetched, err := Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		const name = "manifiesto-k1-01-Tienda-Nandu.pdf"
		assert.Equal(t, howFetched, hows(fetched)[name])
		control, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		assert.Equal(t, "%PDF-1.7 control", string(control))
		links, err := makeLinks(t.Context(), store, result)
		require.NoError(t, err)
		link, linked := lo.Find(links, func(l fileLink) bool { return l.Key == file.Key })
		require.True(t, linked)
		assert.Contains(t, link.URL, "manifiesto-k1-01-Tienda-Nandu")
		var table strings.Builder
		writeFiles(&table, result)
		assert.Contains(t, table.String(), file.Key+"\tcontrol file, 1 order\t1\t")
	})

	t.Run("the page lists the pick-ups that wait", func(t *testing.T) {
		t.Parallel()
		store, folder := newStore(t), t.TempDir()
		result := publish(t, store, "m1", "k1")
		heardOf(t, store)
		_, err := Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		html, err := os.ReadFile(filepath.Join(folder, "index.html"))
		require.NoError(t, err)
		assert.Contains(t, string(html), "p-1")
		assert.Contains(t, string(html), "pendiente de preparar")
		assert.NotContains(t, string(html), "p-3")
	})

	t.Run("a file that was cut on disk is fetched again", func(t *testing.T) {
		t.Parallel()
		store, folder := newStore(t), t.TempDir()
		result := publish(t, store, "m1", "k1")
		require.NoError(t, os.WriteFile(filepath.Join(folder, "etiquetas-k1.zpl"), []byte("^XA"), 0o600))
		fetched, err := Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, howFetched, hows(fetched)["etiquetas-k1.zpl"])
	})

	for name, change := range map[string]func(*books.PrintFile){
		"another SHA-256": func(f *books.PrintFile) { f.SHA256 = strings.Repeat("0", 64) },
		"another size":    func(f *books.PrintFile) { f.Bytes-- },
	} {
		t.Run("a file with "+name+" is not kept", func(t *testing.T) {
			t.Parallel()
			store, folder := newStore(t), t.TempDir()
			result := publish(t, store, "m1", "k1")
			change(&result.Files[0])
			_, err := Download(t.Context(), store, result, folder)
			assert.Contains(t, requireCode(t, err, ExitError).Message, "is not the file that the run published")
			entries, err := os.ReadDir(folder)
			require.NoError(t, err)
			assert.Empty(t, entries)
		})
	}

	t.Run("files that have expired are said to have", func(t *testing.T) {
		t.Parallel()
		store := newStore(t)
		result := publish(t, store, "m1", "k1")
		require.NoError(t, store.Delete(t.Context(), result.Files[1].Key))
		_, err := Download(t.Context(), store, result, t.TempDir())
		requireCode(t, err, ExitNotFound)
		require.ErrorIs(t, err, storage.ErrNotFound)
	})

	t.Run("lists are fetched too, and held against their SHA-256", func(t *testing.T) {
		t.Parallel()
		store, folder := newStore(t), t.TempDir()
		result := publish(t, store, "m1", "k1")
		list, err := store.PutBytes(t.Context(), storage.RunPrintPrefix("m1", "k1"), ".xlsx", "text/plain", []byte("list"))
		require.NoError(t, err)
		result.Lists = []books.ListFile{{Kind: books.PackingList, Key: list.Key, Format: "xlsx", Bytes: list.Bytes, SHA256: list.SHA256}}
		fetched, err := Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, howFetched, hows(fetched)["packing-k1.xlsx"])
		result.Lists[0].SHA256 = strings.Repeat("0", 64)
		_, err = Download(t.Context(), store, result, t.TempDir())
		requireCode(t, err, ExitError)
	})

	t.Run("files of groups bear their names", func(t *testing.T) {
		t.Parallel()
		all := deliveries(books.Result{Run: "k", Files: []books.PrintFile{{Key: "1.zpl", Group: "Ñandú / Envíos"}, {Key: "2.zpl"}, {Key: "3.pdf", Group: strings.Repeat("w", 90)}}})
		assert.Equal(t, []string{"etiquetas-k-01-Nandu-Envios.zpl", "etiquetas-k-02.zpl", "etiquetas-k-" + strings.Repeat("w", 40) + ".pdf"}, []string{all[0].name, all[1].name, all[2].name})
	})

	t.Run("several files of a format are numbered", func(t *testing.T) {
		t.Parallel()
		all := deliveries(books.Result{Run: "a:b/../c", Files: []books.PrintFile{{Key: "x/1.zpl"}, {Key: "x/2.zpl"}, {Key: "x/3.exe"}}})
		assert.Equal(t, []string{"etiquetas-a-b-..-c-01.zpl", "etiquetas-a-b-..-c-02.zpl", "etiquetas-a-b-..-c.bin"}, []string{all[0].name, all[1].name, all[2].name})
	})
}
