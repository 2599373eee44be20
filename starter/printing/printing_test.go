package printing

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/contract"
	"github.com/despacho/despacho/starter/usage"
)

func TestWrongFlagsAreNamed(t *testing.T) {
	t.Parallel()
	for flag, flags := range map[string]Flags{
		"--sort: there is no sort key":         {Sort: "size"},
		"--sort bin needs to know":             {Sort: "bin"},
		"--group: there is no grouping":        {Group: "colour"},
		"--stock: no stock is called":          {Stock: "a3"},
		"--fit: there is no fit":               {Fit: "width"},
		"--start: start slot 5: a page of a4-": {Stock: "a4-4up", Start: 5},
		"--part -1: must be at least 1":        {Part: -1},
		"--one-roll: one_roll needs a stock":   {OneRoll: true, Stock: "a4-4up"},
		"--one-roll: dpi is 600":               {OneRoll: true, DPI: 600},
		"--one-roll: dpi is the density":       {DPI: 300},
	} {
		_, err := flags.Printing()
		var wrong *usage.Error
		require.ErrorAs(t, err, &wrong, flag)
		assert.Contains(t, wrong.Message, flag)
	}
	asked, err := Flags{Sort: "sku", Stock: "a6", Fit: "label", Part: 50, Lists: true, OneRoll: true, DPI: 300}.Printing()
	require.NoError(t, err)
	assert.Equal(t, contract.Printing{Sort: "sku", Stock: "a6", Fit: "label", Part: 50, Lists: true, OneRoll: true, DPI: 300}, asked)
}

func TestWordsListWhatTheContractLists(t *testing.T) {
	t.Parallel()
	words := Words()
	for _, stock := range contract.Stocks() {
		assert.Contains(t, words["stocks"], stock)
	}
	for _, fit := range contract.Fits() {
		assert.Contains(t, words["fits"], fit)
	}
	assert.Equal(t, "received_by_store, completed or cancelled", words["pickup_statuses"])
}
