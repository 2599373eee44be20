package join_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels"
	"github.com/despacho/despacho/labels/check"
	"github.com/despacho/despacho/labels/internal/sample"
	"github.com/despacho/despacho/labels/join"
)

func TestLabelsAreConvertedInTheirOrderAndOneThatCannotBeIsLeftOut(t *testing.T) {
	t.Parallel()
	sources := []check.Source{source("c.pdf", sample.PDF("Orden 1003")), source("a.zpl", sample.ZPL("Orden 1001")), source("thin.pdf", sample.PDF("Orden 1004")), source("b.pdf", sample.PDF("Orden 1002"))}
	convert := func(_ context.Context, label check.Label) (check.Label, []string, error) {
		if label.Format == labels.ZPL {
			return label, nil, nil
		}
		text := label.Document.Content(0).Text
		if text == "Orden 1004\n" || text == "Orden 1004" {
			return check.Label{}, nil, errors.New("its barcode cannot be read")
		}
		drawn, err := check.Read(labels.ZPL, sample.ZPL(text))
		return drawn, []string{"drawn"}, err
	}
	for name, test := range map[string]struct {
		key   func(join.LabelInfo) join.Key
		order []string
	}{
		"as given": {nil, []string{"1003", "1001", "1002"}},
		"by order": {byOrder, []string{"1001", "1002", "1003"}},
	} {
		place := newMemory()
		joined, err := join.Sources(t.Context(), sources, place, join.Options{Convert: convert, Key: test.key})
		require.NoError(t, err)
		require.Len(t, joined.Files, 1, name)
		assert.Equal(t, "zpl", joined.Files[0].Format)
		for i, texts := range printed(t, "0.zpl", place.files["0.zpl"]) {
			assert.Contains(t, texts[0], test.order[i], name)
		}
		assert.False(t, joined.Complete())
		assert.Contains(t, joined.Inputs[2].Reason, "its barcode cannot be read")
		assert.Equal(t, []string{"drawn"}, joined.Inputs[0].Changes)
	}
}
