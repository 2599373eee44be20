package contract_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
)

func TestReasonIsOneCleanLine(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ words, want string }{
		"words stay as they are":          {"Pedido sin stock en el canal", "Pedido sin stock en el canal"},
		"lines and tabs become spaces":    {" one\r\n\ttwo\u00a0three ", "one two three"},
		"control characters go":           {"a\x00b\x1b[31mc\x7f", "a b [31mc"},
		"broken characters go":            {"a\xff\xfeb", "a b"},
		"nothing stays nothing":           {"\n\t ", ""},
		"200 characters are not too many": {strings.Repeat("ñ", 200), strings.Repeat("ñ", 200)},
		"more are cut":                    {strings.Repeat("ñ", 201), strings.Repeat("ñ", 199) + "…"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := contract.CleanReason(c.words)
			assert.Equal(t, c.want, got)
			assert.LessOrEqual(t, utf8.RuneCountInString(got), 200)
		})
	}
}

func TestAReasonStandsAmongTheMembersOfItsRow(t *testing.T) {
	t.Parallel()
	row := contract.ManifestRow{Code: "OD1", Outcome: contract.AlreadyPrinted, Reason: contract.Reason{Words: "published in run k0", Code: contract.WhyPrintedByRun, Values: map[string]string{"run": "k0"}}}
	written, err := json.Marshal(row)
	require.NoError(t, err)
	assert.Contains(t, string(written), `"reason":"published in run k0","reason_code":"printed_by_run","reason_values":{"run":"k0"},"status"`)
	var read contract.ManifestRow
	require.NoError(t, json.Unmarshal(written, &read))
	assert.Equal(t, row, read)

	var old contract.ManifestRow
	require.NoError(t, json.Unmarshal([]byte(`{"delivery_order_code":"OD1","reason":"not paid"}`), &old))
	assert.Equal(t, contract.ManifestRow{Code: "OD1", Reason: contract.Reason{Words: "not paid"}}, old, "as it was written before there were codes")
}

func TestACauseReadsWordsToo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]contract.Cause{
		`"the hub is busy"`: {Words: "the hub is busy"},
		`{"reason":"it was not sent","reason_code":"status_not_sent"}`: {Words: "it was not sent", Code: contract.WhyStatusNotSent},
		`{}`: {},
	} {
		var got contract.Cause
		require.NoError(t, json.Unmarshal([]byte(text), &got))
		assert.Equal(t, want, got)
	}
	assert.Error(t, json.Unmarshal([]byte(`[1]`), new(contract.Cause)))
}
