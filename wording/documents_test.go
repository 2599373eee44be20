package wording_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/wording"
)

func TestPartnersReadEveryCodeWithItsSentence(t *testing.T) {
	t.Parallel()
	document, err := os.ReadFile("../docs/reasons.md")
	require.NoError(t, err)
	rows := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (.*) \\|$").FindAllSubmatch(document, -1)
	listed := lo.SliceToMap(lo.Filter(rows, func(row [][]byte, _ int) bool { return string(row[1]) != "reason_code" }), func(row [][]byte) (contract.ReasonCode, string) {
		return contract.ReasonCode(row[1]), string(row[2])
	})
	assert.Equal(t, wording.ReasonsOf(wording.English), listed)
}
