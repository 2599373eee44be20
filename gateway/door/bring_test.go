package door

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

// fakeLabels take labels of others.
type fakeLabels struct {
	mu      sync.Mutex
	answer  contract.BroughtLabel
	brought []contract.BringLabel
}

func (f *fakeLabels) BringLabel(_ context.Context, _ string, request contract.BringLabel) (contract.BroughtLabel, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.brought = append(f.brought, request)
	return f.answer, nil
}

func (s *scene) put(path, key, file string) got {
	return s.ask(http.MethodPut, path, file, "Idempotency-Key", key, "Content-Type", "application/pdf")
}

func TestALabelOfOthersIsBroughtOnce(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.labels.answer = contract.BroughtLabel{DeliveryOrder: "d1", Outcome: contract.BroughtStored, Labels: []contract.BroughtFile{{Format: "zpl", Count: 2, SHA256: "ab", Notes: []string{"removed ~JR"}}}}
	first := s.put("/v1/orders/n-d1/label", "a", "^XA^XZ")
	label := decoded[BroughtLabel](t, first)
	assert.Equal(t, BroughtLabel{ID: "d1", Labels: []BroughtFile{{Format: "zpl", Count: 2, SHA256: "ab", Notes: []string{"removed ~JR"}}}}, label)
	assert.Equal(t, string(first.Body), string(s.put("/v1/orders/n-d1/label", "a", "^XA^XZ").Body))
	assert.Len(t, s.labels.brought, 1)
	assert.Equal(t, CodeKeyReused, s.put("/v1/orders/n-d1/label", "a", "^XA^FDother^FS^XZ").problem(t).Code)

	asIs, err := s.store.ReadAll(t.Context(), s.labels.brought[0].Key, 100)
	assert.NoError(t, err)
	assert.Equal(t, "^XA^XZ", string(asIs), "the worker opens it as it came")
}

func TestALabelOfOthersThatIsNotTakenIsSaidWhy(t *testing.T) {
	t.Parallel()
	s := play(t)
	for outcome, want := range map[contract.BroughtOutcome]Code{
		contract.BroughtUnknown: CodeNoOrder, contract.BroughtAmbiguous: CodeManyOrders, contract.BroughtRefused: CodeLabelRefused, contract.BroughtUnusable: CodeLabelUnusable,
	} {
		s.labels.answer = contract.BroughtLabel{Outcome: outcome, Reason: contract.Reason{Words: "the file is damaged"}, Orders: []string{"d1", "d2"}}
		assert.Equal(t, want, s.put("/v1/orders/d1/label", "k", "x").problem(t).Code)
	}
	s.labels.answer = contract.BroughtLabel{DeliveryOrder: "d1", Outcome: contract.BroughtStored}
	assert.Equal(t, http.StatusOK, s.put("/v1/orders/d1/label", "k", "x").Status, "a refusal is not kept: what is asked for again may go")

	tries := len(s.labels.brought)
	assert.Equal(t, CodeBadRequest, s.put("/v1/orders/d1/label", "e", "").problem(t).Code)
	assert.Equal(t, CodeTooLarge, s.put("/v1/orders/d1/label", "l", strings.Repeat("x", contract.BroughtLabelLimit+1)).problem(t).Code)
	assert.Equal(t, CodeKeyMissing, s.put("/v1/orders/d1/label", "", "x").problem(t).Code)
	assert.Len(t, s.labels.brought, tries)
}

// TestWhatIsWrongWithAFileIsSaidInEveryLanguage: the words of packers leave out what is technical, a partner needs it.
func TestWhatIsWrongWithAFileIsSaidInEveryLanguage(t *testing.T) {
	t.Parallel()
	s := play(t)
	s.labels.answer = contract.BroughtLabel{Outcome: contract.BroughtUnusable, Reason: wording.Reason(contract.WhyLabelDamaged, "detail", "page 2 has no end")}
	for language, first := range map[string]string{"es": "el archivo de la etiqueta está dañado", "pt-BR": "o arquivo da etiqueta está corrompido", "en": "page 2 has no end"} {
		came := s.ask(http.MethodPut, "/v1/orders/d1/label", "x", "Idempotency-Key", "k", "Content-Type", "application/pdf", "Accept-Language", language)
		p := came.problem(t)
		assert.Equal(t, first, p.Errors[0].Message, language)
		assert.Equal(t, "page 2 has no end", p.Errors[len(p.Errors)-1].Message, language)
		assert.Len(t, p.Errors, lo.Ternary(language == "en", 1, 2), language)
	}
}
