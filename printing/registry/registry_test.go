package registry_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/zpl"
	"github.com/despacho/despacho/printing"
	"github.com/despacho/despacho/printing/devices"
	"github.com/despacho/despacho/printing/fakezebra"
	"github.com/despacho/despacho/printing/registry"
	"github.com/despacho/despacho/storage"
	"github.com/despacho/despacho/storage/storagetest"
	"github.com/despacho/despacho/wording"
)

func whole(name string) printing.Printer {
	return printing.Printer{Name: name, Kind: printing.Raw, Address: "192.168.1.50:9100", DPI: 203, Stock: "4x6in"}
}

func TestPrintersAreKept(t *testing.T) {
	t.Parallel()
	store := storagetest.New(t)
	require.NoError(t, registry.Add(t.Context(), store, "central", whole("mesa-2")))
	require.NoError(t, registry.Add(t.Context(), store, "central", whole("mesa-1")))
	require.NoError(t, registry.Add(t.Context(), store, "norte", whole("mesa-1")))
	changed := whole("mesa-1")
	changed.Address = "192.168.1.51:9100"
	require.NoError(t, registry.Add(t.Context(), store, "central", changed), "a second time changes it")

	printers, err := registry.List(t.Context(), store, "central")
	require.NoError(t, err)
	assert.Equal(t, []printing.Printer{changed, whole("mesa-2")}, printers)
	got, err := registry.Get(t.Context(), store, "central", "mesa-1")
	require.NoError(t, err)
	assert.Equal(t, changed, got)

	require.NoError(t, registry.Remove(t.Context(), store, "central", "mesa-1"))
	require.ErrorIs(t, registry.Remove(t.Context(), store, "central", "mesa-1"), registry.ErrNoPrinter)
	_, err = registry.Get(t.Context(), store, "central", "mesa-1")
	require.ErrorIs(t, err, registry.ErrNoPrinter)
	_, err = registry.Get(t.Context(), store, "norte", "mesa-1")
	require.NoError(t, err, "of another site")
	empty, err := registry.List(t.Context(), store, "sur")
	require.NoError(t, err)
	assert.Empty(t, empty)
}

func TestAChangeByTwoIsSaid(t *testing.T) {
	t.Parallel()
	server := storagetest.NewServer(t)
	store := server.Open(t, storage.Config{})
	_, err := store.EnsureBucket(t.Context())
	require.NoError(t, err)
	require.NoError(t, registry.Add(t.Context(), store, "central", whole("mesa-1")))
	other := whole("mesa-1")
	other.DPI = 300
	added := false
	server.InjectFaults(func(call storagetest.Call, _ *http.Request) storagetest.Fault {
		if call == storagetest.PutObject && !added {
			added = true
			assert.NoError(t, registry.Add(t.Context(), store, "central", other))
		}
		return storagetest.Fault{}
	})
	changed := whole("mesa-1")
	changed.Stock = "a6"
	require.ErrorIs(t, registry.Add(t.Context(), store, "central", changed), storage.ErrChanged)
	got, err := registry.Get(t.Context(), store, "central", "mesa-1")
	require.NoError(t, err)
	assert.Equal(t, other, got)
}

func TestAllThatIsWrongIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	number := func(n int) *int { return &n }
	cases := map[string]struct {
		printer printing.Printer
		says    []string
	}{
		"nothing given":          {printing.Printer{}, []string{"name", "kind", "stock"}},
		"a raw printer":          {printing.Printer{Name: "Mesa 1", Kind: printing.Raw, Address: "10.0.0.9", StatusAddress: "x", DPI: 200, Stock: "a5", ZPL: true, UnderWay: 9}, []string{"name", "address", "status address", "dots", "zpl", "stock", "under way"}},
		"settings out of range":  {printing.Printer{Name: "m", Kind: printing.Raw, Address: "h:9100", DPI: 203, Stock: "a6", Darkness: number(31), Speed: number(0)}, []string{"darkness", "speed"}},
		"an IPP printer":         {printing.Printer{Name: "m", Kind: printing.IPP, Address: "http://h", StatusAddress: "h:1", Stock: "a6", Speed: number(3), NoCounter: true, ZPL: true}, []string{"address", "status address", "darkness and speed", "no counter", "dots"}},
		"a password in it":       {printing.Printer{Name: "m", Kind: printing.IPP, Address: "ipp://a:b@h/ipp", Stock: "a6"}, []string{"address"}},
		"a port that is none":    {printing.Printer{Name: "m", Kind: printing.Raw, Address: "h:0", DPI: 203, Stock: "a6"}, []string{"address"}},
		"well: raw":              {whole("mesa-1"), nil},
		"well: raw, all set":     {printing.Printer{Name: "m", Kind: printing.Raw, Address: "[::1]:9100", StatusAddress: "h:9200", DPI: 300, Stock: "10x15cm", Darkness: number(0), Speed: number(6), UnderWay: 3, NoCounter: true}, nil},
		"well: IPP":              {printing.Printer{Name: "oficina", Kind: printing.IPP, Address: "ipps://h:8631/ipp/print", Stock: "a4-4up"}, nil},
		"well: IPP that has ZPL": {printing.Printer{Name: "oficina", Kind: printing.IPP, Address: "ipp://h/ipp/print/z", Stock: "4x6in", ZPL: true, DPI: 203}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := registry.Check(c.printer)
			if len(c.says) == 0 {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			lines := strings.Split(err.Error(), "\n")
			require.Len(t, lines, len(c.says), err.Error())
			for i, words := range c.says {
				assert.Contains(t, lines[i], words)
			}
		})
	}
}

func TestATestLabelComesOut(t *testing.T) {
	t.Parallel()
	zebra, err := fakezebra.Start(fakezebra.Options{Counter: 7, Modes: fakezebra.Modes{PerLabel: 20 * time.Millisecond}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
	printer := whole("mesa-1")
	printer.Address = zebra.Address()

	tested, err := registry.Test(t.Context(), printer, devices.Open)
	require.NoError(t, err)
	assert.Equal(t, 1, tested.Outcome.Out)
	assert.Equal(t, int64(7), *tested.CounterBefore)
	assert.Equal(t, int64(8), *tested.CounterAfter)
	said := strings.Join(tested.Lines(wording.Spanish), "\n")
	assert.Contains(t, said, "Antes: lista [")
	assert.Contains(t, said, "La etiqueta de prueba salió en")
	assert.Contains(t, said, "Contador de etiquetas: 7 antes, 8 después")

	printed := zebra.Printed()
	require.Len(t, printed, 1)
	units, report, err := zpl.Printable(printed[0].Data)
	require.NoError(t, err)
	assert.Empty(t, report.Removed, "it changes nothing in the printer")
	require.Len(t, units, 1)
	width, length := units[0].SizeInDots()
	assert.Equal(t, []int{812, 1218}, []int{width, length}, "of the stock, at the printer's density")
	assert.Contains(t, zpl.Texts(units[0]), "Impresora: mesa-1")
}

func TestATestSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		modes fakezebra.Modes
		says  string
	}{
		"not ready":                     {fakezebra.Modes{HeadOpen: true}, "No se envió nada: la impresora no está lista"},
		"what to do":                    {fakezebra.Modes{PaperOut: true}, "Sin papel. Poner un rollo nuevo y cerrar la tapa."},
		"no counter":                    {fakezebra.Modes{SGD: fakezebra.QuestionSGD}, "no dice cuántas etiquetas imprimió"},
		"a counter that does not count": {fakezebra.Modes{CounterStands: true}, "marcar la impresora como «sin contador»"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zebra, err := fakezebra.Start(fakezebra.Options{Modes: c.modes})
			require.NoError(t, err)
			t.Cleanup(func() { assert.NoError(t, zebra.Close()) })
			printer := whole("mesa-1")
			printer.Address = zebra.Address()
			tested, err := registry.Test(t.Context(), printer, devices.Open)
			require.NoError(t, err)
			for _, language := range []wording.Language{wording.Portuguese, wording.English} {
				assert.Len(t, tested.Lines(language), len(tested.Lines(wording.Spanish)))
			}
			assert.Contains(t, strings.Join(tested.Lines(wording.Spanish), "\n"), c.says)
		})
	}
}
