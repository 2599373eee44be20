package runs

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/activities/activitiestest"
	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/multivende/sandbox"
	"github.com/despacho/despacho/storage"
)

func TestBinsThatAreUnavailableAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Orders: 20})
	key := func(content string) string {
		file, err := w.Store.PutBytes(t.Context(), storage.RunBinsPrefix("m", "k"), ".json", "application/json", []byte(content))
		require.NoError(t, err)
		return file.Key
	}
	for name, c := range map[string]struct{ key, says string }{
		"of another merchant": {"runs/other/k/bins/0.json", "is not the key of an object of this merchant's runs"},
		"missing":             {"runs/m/k/bins/0.json", "does not exist"},
		"no object of texts":  {key(`["A-1"]`), "must be a JSON object of texts"},
		"null":                {key(`null`), "must be a JSON object of texts"},
	} {
		_, err := activitiestest.TryStep(w, w.runs.OpenRun, OpenRunInput{Merchant: "m", Run: "k", Request: []byte("{}"), BinsKey: c.key}, nil)
		assert.Contains(t, activitiestest.RequireFinal(t, contract.ErrorRequest, err).Message(), c.says, name)
	}
	activitiestest.MustStep(w, w.runs.OpenRun, OpenRunInput{Merchant: "m", Run: "k", Request: []byte("{}"), BinsKey: key(`{"SKU": "A-1"}`)})
}
