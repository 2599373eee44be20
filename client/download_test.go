package client_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/client"
	"github.com/despacho/despacho/client/clienttest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/storage"
)

func TestDownload(t *testing.T) {
	t.Parallel()
	hows := func(fetched []client.Fetched) map[string]string {
		all := map[string]string{}
		for _, f := range fetched {
			all[f.Name] = f.How
		}
		return all
	}

	t.Run("fetches the files under sane names, once", func(t *testing.T) {
		t.Parallel()
		store, folder := clienttest.NewStore(t), filepath.Join(t.TempDir(), "new", "folder")
		result := clienttest.Publish(t, store, "m1", "k1")
		fetched, err := client.Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{
			"etiquetas-k1.zpl": client.NewlyFetched, "etiquetas-k1.pdf": client.NewlyFetched,
			"manifest.json": client.NewlyFetched, "manifest.csv": client.NewlyFetched,
		}, hows(fetched))
		label, err := os.ReadFile(filepath.Join(folder, "etiquetas-k1.zpl"))
		require.NoError(t, err)
		assert.Equal(t, "^XA^FDone^FS^XZ", string(label))

		again, err := client.Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, client.AlreadyThere, hows(again)["etiquetas-k1.zpl"])
		assert.Equal(t, client.AlreadyThere, hows(again)["manifest.json"])
		entries, err := os.ReadDir(folder)
		require.NoError(t, err)
		assert.Len(t, entries, 4, "nothing is left beside the files")
	})

	t.Run("fetches the control files with the others, and links to them", func(t *testing.T) {
		t.Parallel()
		store, folder := clienttest.NewStore(t), t.TempDir()
		result := clienttest.Publish(t, store, "m1", "k1")
		file, err := store.PutBytes(t.Context(), storage.RunPrintPrefix("m1", "k1"), ".pdf", "application/pdf", []byte("%PDF-1.7 control"))
		require.NoError(t, err)
		result.Controls = []contract.ControlFile{{Key: file.Key, ConnectionID: "c1", Channel: "mercadolibre", Orders: 1, Pages: 1, Bytes: file.Bytes, SHA256: file.SHA256}}
		fetched, err := client.Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		const name = "manifiesto-k1-01-Tienda-Nandu.pdf"
		assert.Equal(t, client.NewlyFetched, hows(fetched)[name])
		control, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		assert.Equal(t, "%PDF-1.7 control", string(control))
		links, err := client.Links(t.Context(), store, result)
		require.NoError(t, err)
		link, linked := lo.Find(links, func(l client.Link) bool { return l.Key == file.Key })
		require.True(t, linked)
		assert.Contains(t, link.URL, "manifiesto-k1-01-Tienda-Nandu")
	})

	t.Run("a file that was cut on disk is fetched again", func(t *testing.T) {
		t.Parallel()
		store, folder := clienttest.NewStore(t), t.TempDir()
		result := clienttest.Publish(t, store, "m1", "k1")
		require.NoError(t, os.WriteFile(filepath.Join(folder, "etiquetas-k1.zpl"), []byte("^XA"), 0o600))
		fetched, err := client.Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, client.NewlyFetched, hows(fetched)["etiquetas-k1.zpl"])
	})

	for name, change := range map[string]func(*contract.PrintFile){
		"another SHA-256": func(f *contract.PrintFile) { f.SHA256 = strings.Repeat("0", 64) },
		"another size":    func(f *contract.PrintFile) { f.Bytes-- },
	} {
		t.Run("a file with "+name+" is not kept", func(t *testing.T) {
			t.Parallel()
			store, folder := clienttest.NewStore(t), t.TempDir()
			result := clienttest.Publish(t, store, "m1", "k1")
			change(&result.Files[0])
			_, err := client.Download(t.Context(), store, result, folder)
			var other *client.DigestError
			require.ErrorAs(t, err, &other)
			assert.Equal(t, result.Files[0].Key, other.Key)
			entries, err := os.ReadDir(folder)
			require.NoError(t, err)
			assert.Empty(t, entries)
		})
	}

	t.Run("files that have expired are said to have", func(t *testing.T) {
		t.Parallel()
		store := clienttest.NewStore(t)
		result := clienttest.Publish(t, store, "m1", "k1")
		require.NoError(t, store.Delete(t.Context(), result.Files[1].Key))
		_, err := client.Download(t.Context(), store, result, t.TempDir())
		require.ErrorIs(t, err, storage.ErrNotFound)
	})

	t.Run("lists are fetched too, and held against their SHA-256", func(t *testing.T) {
		t.Parallel()
		store, folder := clienttest.NewStore(t), t.TempDir()
		result := clienttest.Publish(t, store, "m1", "k1")
		list, err := store.PutBytes(t.Context(), storage.RunPrintPrefix("m1", "k1"), ".xlsx", "text/plain", []byte("list"))
		require.NoError(t, err)
		result.Lists = []contract.ListFile{{Kind: contract.PackingList, Key: list.Key, Format: "xlsx", Bytes: list.Bytes, SHA256: list.SHA256}}
		fetched, err := client.Download(t.Context(), store, result, folder)
		require.NoError(t, err)
		assert.Equal(t, client.NewlyFetched, hows(fetched)["packing-k1.xlsx"])
		result.Lists[0].SHA256 = strings.Repeat("0", 64)
		_, err = client.Download(t.Context(), store, result, t.TempDir())
		var other *client.DigestError
		require.ErrorAs(t, err, &other)
	})

	t.Run("files of groups bear their names", func(t *testing.T) {
		t.Parallel()
		all := client.Files(contract.RunResult{Run: "k", Files: []contract.PrintFile{{Key: "1.zpl", Group: "Ñandú / Envíos"}, {Key: "2.zpl"}, {Key: "3.pdf", Group: strings.Repeat("w", 90)}}})
		assert.Equal(t, []string{"etiquetas-k-01-Nandu-Envios.zpl", "etiquetas-k-02.zpl", "etiquetas-k-" + strings.Repeat("w", 40) + ".pdf"}, []string{all[0].Name, all[1].Name, all[2].Name})
	})

	t.Run("several files of a format are numbered", func(t *testing.T) {
		t.Parallel()
		all := client.Files(contract.RunResult{Run: "a:b/../c", Files: []contract.PrintFile{{Key: "x/1.zpl"}, {Key: "x/2.zpl"}, {Key: "x/3.exe"}}})
		assert.Equal(t, []string{"etiquetas-a-b-..-c-01.zpl", "etiquetas-a-b-..-c-02.zpl", "etiquetas-a-b-..-c.bin"}, []string{all[0].Name, all[1].Name, all[2].Name})
	})
}
