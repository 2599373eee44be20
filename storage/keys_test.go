package storage

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeysSayWhatTheyHoldKindFirst(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ key, want string }{
		"a run's request":             {RunRequest("m1", "k1"), "runs/m1/k1/request.json"},
		"a batch's outcomes":          {RunOutcome("m1", "k1", "c1", "batch-7"), "runs/m1/k1/outcomes/c1/batch-7.json"},
		"a run's own outcomes":        {RunOutcome("m1", "k1", "named"), "runs/m1/k1/outcomes/named.json"},
		"a manifest as JSON":          {ManifestJSON("m1", "k1"), "runs/m1/k1/manifest.json"},
		"a manifest as CSV":           {ManifestCSV("m1", "k1"), "runs/m1/k1/manifest.csv"},
		"a label that waits":          {WaitingLabel("m1", "c1", "o1"), "labels/m1/c1/waiting/o1.json"},
		"an order that was published": {FirstPublication("m1", "o1"), "published/m1/o1.json"},
		"an order published again":    {PublishedOrder("m1", "o1", "k1"), "published/m1/o1/k1.json"},
		"sales left for later":        {IntakeLeftList("m1", "20310102T12", "0a1b"), "intake/m1/left/20310102T12/lists/0a1b.json"},
		"a colon from a schedule":     {RunRequest("m1", "daily-2026-11-21T06:00:00Z"), "runs/m1/daily-2026-11-21T06-00-00Z/request.json"},
		"an id of 128 characters":     {RunRequest("m1", strings.Repeat("k", 128)), "runs/m1/" + strings.Repeat("k", 128) + "/request.json"},
		"an id with dots within":      {RunRequest("m.1", "k.1.2"), "runs/m.1/k.1.2/request.json"},
		"an order with a colon":       {WaitingLabel("m1", "c1", "ord:1"), "labels/m1/c1/waiting/ord!3A1.json"},
		"a status change":             {StatusResult("m1", "k:1"), "statuses/m1/k-1/result.json"},
		"an order of two sales":       {RunClaim("m1", "k1", "c1", 2, "o1"), "runs/m1/k1/claims/c1/2/o1.json"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, test.key)
			assert.NoError(t, checkKey(test.key))
		})
	}
}

func TestPrefixesEndWithASlash(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		RunsPrefix("m1"):            "runs/m1/",
		RunPrefix("m1", "k1"):       "runs/m1/k1/",
		RunOutcomePrefix("m1", "k"): "runs/m1/k/outcomes/",
		RunBinsPrefix("m1", "k1"):   "runs/m1/k1/bins/",
		RunPrintPrefix("m1", "k1"):  "runs/m1/k1/print/",
		LabelPrefix("m1", "c1"):     "labels/m1/c1/files/",
		WaitingPrefix("m1", "c1"):   "labels/m1/c1/waiting/",
		RawPrefix("m1", "c1"):       "raw/m1/c1/",
		PublishedPrefix("m1", "o1"): "published/m1/o1/",
		AccountsPrefix("m1"):        "accounts/m1/",
	}
	for prefix, want := range tests {
		assert.Equal(t, want, prefix)
		assert.NoError(t, checkPrefix(prefix))
	}
}

func TestAKeyOfAnotherMakeIsRefused(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "/", "runs", "runs/", "runs/.", "runs/./x", "runs/m/..", "/runs/m", "other/m/x", "Runs/m", "runs/m//x", "runs/m/a b", "runs/m/%41", "runs/" + strings.Repeat("abcdefghi/", 110) + "x"} {
		assert.ErrorIs(t, checkKey(key), ErrKey, key)
	}
}

func TestAFileKeyHoldsTheBeginningOfItsHash(t *testing.T) {
	t.Parallel()
	const sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	key, err := fileKey(RawPrefix("m", "c"), sum, ".zip")
	require.NoError(t, err)
	assert.Equal(t, "raw/m/c/0123456789ab.zip", key)

	for _, wrong := range []struct{ prefix, extension string }{
		{"raw/m/c", ".zip"}, {"raw/m/c/", "zip"}, {"raw/m/c/", ""}, {"raw/m/c/", "./x"}, {"raw/m/c/", ".ZIP"}, {"raw//c/", ".zip"}, {"", ".zip"},
	} {
		_, err := fileKey(wrong.prefix, sum, wrong.extension)
		assert.ErrorIs(t, err, ErrKey, "%q and %q", wrong.prefix, wrong.extension)
	}
}
