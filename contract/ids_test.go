package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/api/enums/v1"

	"github.com/despacho/despacho/contract"
)

func TestRunIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][2]string{
		"run/m-1/2026-11-21":                    {"m-1", "2026-11-21"},
		"run/m-1/nightly-2026-11-21T09:00:00Z":  {"m-1", "nightly-2026-11-21T09-00-00Z"},
		contract.RunID("A.b_c-9", "Key_1.2"):    {"A.b_c-9", "Key_1.2"},
		"run/m-1/" + strings.Repeat("k", 128):   {"m-1", strings.Repeat("k", 128)},
		"run/m-1/" + strings.Repeat("k", 129):   {},
		"run/m-1/":                              {},
		"run/m-1/a/b":                           {},
		"run/m 1/key":                           {},
		"run/m-1/ke y":                          {},
		"run/m:1/key":                           {},
		"connection/m-1/c-1":                    {},
		"run/../key/..":                         {},
		"\nrun/m-1/key":                         {},
		"run/m-1/key\n":                         {},
		"run/" + strings.Repeat("m", 65) + "/k": {},
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			merchant, key, err := contract.ParseRunID(id)
			assert.Equal(t, want, [2]string{merchant, key})
			assert.Equal(t, want[0] == "", err != nil)
		})
	}
}

func TestValidKey(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"2026-11-21": true, "A_b.c-9": true, strings.Repeat("k", 64): true,
		"": false, "a b": false, "a/b": false, "a:b": false, "ñ": false, strings.Repeat("k", 65): false, "a\n": false,
	} {
		assert.Equal(t, want, contract.ValidKey(key), "%q", key)
	}
}

func TestNamesOfWorkflows(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "connection/m-1/ripley/c-1", contract.ConnectionID("m-1", "ripley", "c-1"))
	assert.Equal(t, "connection/m-1/a%2Fb/con:ex%2F2%20%C3%B1", contract.ConnectionID("m-1", "a/b", "con:ex/2 ñ"), "an id is sent in headers, which take ASCII alone")
	assert.Equal(t, "connection/m-1/ripley/c-1/batch/key-3", contract.BatchID("m-1", "ripley", "c-1", "key", 1, 3))
	assert.Equal(t, "connection/m-1/ripley/c-1/batch/key-r2-3", contract.BatchID("m-1", "ripley", "c-1", "key", 2, 3), "a retry does not meet the batches before it")
}

func TestSearchAttributes(t *testing.T) {
	t.Parallel()
	kinds := map[enums.IndexedValueType]int{}
	for name, kind := range contract.SearchAttributes() {
		assert.True(t, strings.HasPrefix(name, "Despacho"), name)
		kinds[kind]++
	}
	// SQL visibility allows three Int attributes a namespace, and others want one.
	assert.Equal(t, map[enums.IndexedValueType]int{enums.INDEXED_VALUE_TYPE_KEYWORD: 6, enums.INDEXED_VALUE_TYPE_INT: 2}, kinds)
}
