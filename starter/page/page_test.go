package page

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/channels"
	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

func pageOf(t *testing.T, result contract.RunResult, manifest contract.Manifest) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, Write(&out, result, manifest))
	return strings.Join(strings.Fields(out.String()), " ")
}

func TestWritePage(t *testing.T) {
	t.Parallel()
	store := clienttest.NewStore(t)
	result := clienttest.Publish(t, store, "m1", "k1")
	manifest, err := client.ReadManifest(t.Context(), store, result)
	require.NoError(t, err)
	html := pageOf(t, result, manifest)

	t.Run("names the files and how many labels each has", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, `<a href="etiquetas-k1.zpl" download>etiquetas-k1.zpl</a></td><td>Impresora térmica (ZPL)</td><td class="number">1</td>`)
		assert.Contains(t, html, `<a href="etiquetas-k1.pdf" download>etiquetas-k1.pdf</a></td><td>Cualquier impresora (PDF)</td><td class="number">1</td><td class="number">2</td>`)
	})
	t.Run("says the order of the pile", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, "Ordenado por: primero los pedidos de un solo SKU, después los mixtos › fecha límite de despacho › número de pedido.")
		assert.Contains(t, html, `<td class="items">2 × POLERA-M</td><td></td><td class="place">etiquetas-k1.zpl, etiqueta 1</td>`)
		assert.Contains(t, html, "etiquetas-k1.pdf, páginas 1 a 2")
	})
	t.Run("says what is missing, why, and what to do", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, "<b>1</b> faltante</div>")
		assert.Contains(t, html, `<td class="order">2000003</td><td>Falabella</td><td class="items">1 × ZAPATO-40</td><td class="why"><strong>Rechazado.</strong>`)
		assert.Contains(t, html, "Detalle: el canal dice: «not &lt;printable&gt; any more»")
	})
	t.Run("sets apart what was printed earlier and what its channel does not know", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, `<td class="order">2000004</td><td>Mercado Libre</td><td class="items"></td><td class="why">publicada en la tanda k0</td>`)
		assert.Contains(t, html, "El canal rechazó el estado del despacho")
		assert.Contains(t, html, "<td>Web</td><td>Shopify</td><td>Shopify es una tienda web: Multivende no hace etiquetas para ella</td>")
	})
	t.Run("only orders that should have a label are missing", func(t *testing.T) {
		t.Parallel()
		with := contract.RunResult{Requested: 5, Outcomes: map[contract.Outcome]int{contract.Labelled: 1, contract.Cancelled: 2, contract.Unsupported: 1, contract.HeldBack: 1}}
		html := pageOf(t, with, contract.Manifest{Rows: []contract.ManifestRow{
			{OrderNumber: "1", Outcome: contract.Labelled}, {OrderNumber: "2", Outcome: contract.Cancelled}, {OrderNumber: "3", Outcome: contract.Cancelled},
			{OrderNumber: "4", Outcome: contract.Unsupported, Reason: wording.Reason(contract.WhySellerShips)}, {OrderNumber: "5", Outcome: contract.HeldBack, Reason: wording.Reason(contract.WhyNotPaid)},
		}})
		assert.Contains(t, html, `<div class="figure bad"><b>1</b> faltante</div>`)
		assert.Contains(t, html, `<div class="figure"><b>2</b> cancelados: no despachar</div>`)
		assert.Contains(t, html, `<div class="figure"><b>1</b> sin etiqueta del canal</div>`)
		faults, rest, _ := strings.Cut(html, "<h2>Cancelados: no despachar</h2>")
		cancelled, rest, _ := strings.Cut(rest, "<h2>Sin etiqueta del canal</h2>")
		never, _, _ := strings.Cut(rest, "</table>")
		assert.Equal(t, []int{1, 2, 1}, lo.Map([]string{faults, cancelled, never}, func(part string, _ int) int { return strings.Count(part, `<td class="order">`) }))
		assert.Contains(t, faults, "Detalle: la venta todavía no está pagada")
		assert.Contains(t, never, "el comercio despacha por su cuenta e informa el estado; el canal no hace etiqueta")
	})
	t.Run("tells two shops of a channel apart, and names the merchant by them", func(t *testing.T) {
		t.Parallel()
		with := contract.RunResult{Merchant: "9b2d8a7e-5a0e-4c1c-9f1e-0d7a5b1c2d3e", Connections: []contract.ConnectionResult{{Name: "Norte", Requested: 1}, {Name: "Sur", Requested: 1}, {Name: "Web"}}}
		html := pageOf(t, with, contract.Manifest{Rows: []contract.ManifestRow{
			{Channel: "paris", ConnectionID: "c1", ConnectionName: "Norte", Outcome: contract.NotReady}, {Channel: "paris", ConnectionID: "c2", ConnectionName: "Sur", Outcome: contract.NotReady},
		}})
		assert.Contains(t, html, "<td>Paris · Norte</td>")
		assert.Contains(t, html, "<td>Paris · Sur</td>")
		assert.Contains(t, html, `<p class="quiet">Norte · Sur · tanda`)
		assert.Equal(t, 1, strings.Count(html, with.Merchant), "the id stands at the end alone")
	})
	t.Run("says which labels may be hard to scan", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, html, "barras muy finas")
		narrow := manifest
		narrow.Rows = []contract.ManifestRow{{OrderNumber: "77", Outcome: contract.Labelled, Labels: []contract.PrintedLabel{{NarrowBars: true}}}}
		assert.Contains(t, pageOf(t, result, narrow), `<h2>Con barras muy finas: escanear antes de despachar</h2>`)
	})
	t.Run("says how to print on Windows", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, html, "<code>copy /b etiquetas-k1.zpl \\\\PC\\Zebra</code>")
		assert.Contains(t, html, "Abrir <code>etiquetas-k1.pdf</code> con el lector de PDF")
		assert.Contains(t, html, "«Tamaño real» (100 %)")
	})
	t.Run("is Spanish first, then Portuguese and English in short", func(t *testing.T) {
		t.Parallel()
		assert.Less(t, strings.Index(html, "Faltantes y motivo"), strings.Index(html, "2 de 4 pedidos com etiqueta; faltam 1."))
		assert.Less(t, strings.Index(html, "Em português"), strings.Index(html, "2 of 4 orders have a label; 1 are missing."))
	})
	t.Run("names the lists and the groups, and the slot on a sheet", func(t *testing.T) {
		t.Parallel()
		with, printed := result, manifest
		printed.Group = contract.GroupChannel
		with.Files = []contract.PrintFile{{Key: "p/1.pdf", Format: "pdf", Group: "mercadolibre flex", Labels: 1, Pages: 1}}
		with.Lists = []contract.ListFile{{Kind: contract.PickingList, Key: "p/2.xlsx", Format: "xlsx", Bytes: 12}, {Kind: contract.PackingList, Key: "p/3.pdf", Format: "pdf", Bytes: 13}}
		printed.Rows = []contract.ManifestRow{{Outcome: contract.Labelled, Labels: []contract.PrintedLabel{{File: "p/1.pdf", Format: "pdf", First: 2, Count: 1, Slot: 3}}}}
		html := pageOf(t, with, printed)
		assert.Contains(t, html, "Cualquier impresora (PDF) · Mercado Libre Flex")
		assert.Contains(t, html, `<a href="picking-k1.xlsx" download>picking-k1.xlsx</a></td><td>Lista de picking: qué buscar, por ubicación y SKU (hoja de cálculo)</td><td class="number">12 B</td>`)
		assert.Contains(t, html, `<a href="packing-k1.pdf" download>packing-k1.pdf</a></td><td>Lista de packing: qué va en cada pedido (PDF, para imprimir)`)
		assert.Contains(t, html, "etiquetas-k1-mercadolibre-flex.pdf, página 2, lugar 3")
	})
	t.Run("names the control files for the drivers, and which labels came without one", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, html, "Para el conductor", "nothing where there are none")
		with, printed := result, manifest
		with.Connections = []contract.ConnectionResult{{ID: "c-9", Channel: "mercadolibre", Name: "Tienda Ñuñoa"}}
		with.Controls = []contract.ControlFile{{Key: "p/9.pdf", ConnectionID: "c-9", Channel: "mercadolibre", Orders: 2, Pages: 1, Bytes: 14}}
		printed.Rows = []contract.ManifestRow{
			{Outcome: contract.Labelled, Channel: "mercadolibre"}, {Outcome: contract.Labelled, Channel: "mercadolibre"}, {Outcome: contract.Labelled, Channel: "mercadolibre"},
			{Outcome: contract.Rejected, Channel: "mercadolibre"}, {Outcome: contract.Labelled, Channel: "paris"},
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
		waiting := lo.Times(pickUpsOnPage+2, func(n int) contract.PickUpRecord {
			return contract.PickUpRecord{PickUp: fmt.Sprintf("p-%d", n), Code: "RT<1>", Number: "3000001", ConnectionName: "Tienda Ñuñoa", Channel: "paris", Status: string(channels.ReceivedByStore)}
		})
		require.NoError(t, Write(&out, result, manifest, waiting...))
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
		empty := pageOf(t, contract.RunResult{State: contract.RunCompleted}, contract.Manifest{})
		assert.Contains(t, empty, "no tiene etiquetas para imprimir")
		assert.Contains(t, empty, "No falta ninguna etiqueta.")
	})
	t.Run("words from outside stay words", func(t *testing.T) {
		t.Parallel()
		hostile := pageOf(t, contract.RunResult{Run: `"><script>alert(1)</script>`, State: contract.RunFailed, Reason: contract.Reason{Words: "<img src=x>"}}, contract.Manifest{Sort: "<b>"})
		assert.NotContains(t, hostile, "<script>")
		assert.NotContains(t, hostile, "<img")
	})
}

func TestSave(t *testing.T) {
	t.Parallel()
	store, folder := clienttest.NewStore(t), t.TempDir()
	result := clienttest.Publish(t, store, "m1", "k1")
	waiting := contract.PickUpRecord{PickUp: "p-1", Status: string(channels.Pending)}
	for _, how := range []string{client.Written, client.AlreadyThere} {
		fetched, err := Save(t.Context(), store, result, folder, waiting)
		require.NoError(t, err)
		require.Len(t, fetched, 5, "the files and the page")
		assert.Equal(t, client.Fetched{Name: "index.html", How: how}, fetched[4])
	}
	html, err := os.ReadFile(filepath.Join(folder, "index.html"))
	require.NoError(t, err)
	assert.Contains(t, string(html), "p-1")
	assert.Contains(t, string(html), "pendiente de preparar")
}
