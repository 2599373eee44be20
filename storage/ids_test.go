package storage

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keysOfIDs are the functions that make a key from two ids, named a and b in it.
var keysOfIDs = map[string]func(a, b string) string{
	"RunRequest":       RunRequest,
	"RunOrdersPrefix":  RunOrdersPrefix,
	"RunBinsPrefix":    RunBinsPrefix,
	"RunOutcome":       func(a, b string) string { return RunOutcome("m", "k", a, "1", b) },
	"RunClaim":         func(a, b string) string { return RunClaim("m", "k", a, 1, b) },
	"RunPrintPrefix":   RunPrintPrefix,
	"ManifestJSON":     ManifestJSON,
	"ManifestCSV":      ManifestCSV,
	"LabelPrefix":      LabelPrefix,
	"Waiting":          func(a, b string) string { return WaitingLabel("m", a, b) },
	"RawPrefix":        RawPrefix,
	"Published":        func(a, b string) string { return PublishedOrder("m", a, b) },
	"FirstPublication": FirstPublication,
	"IntakeOrder":      IntakeOrder,
	"IntakeLeftList":   func(a, b string) string { return IntakeLeftList(a, "20310102T12", b) },
	"IntakeInState":    func(a, b string) string { return IntakeInState(a, "waiting", b) },
	"IntakeSale":       IntakeSale,
	"IntakeLeft":       func(a, b string) string { return IntakeLeft(a, "20310102T12", b) },
	"IntakeNumber":     IntakeNumber,
	"IntakeList":       IntakeList,
	"StatusRequest":    StatusRequest,
	"StatusRowsPrefix": StatusRowsPrefix,
	"StatusPage":       func(a, b string) string { return StatusPage(a, b, 1, 2) },
	"StatusSales":      StatusSales,
	"StatusResult":     StatusResult,
}

// keysOfAnID are the functions that make a key from one.
var keysOfAnID = map[string]func(string) string{
	"RunsPrefix":               RunsPrefix,
	"AccountsPrefix":           AccountsPrefix,
	"AccountCredentials":       AccountCredentials,
	"AccountSettings":          AccountSettings,
	"IntakeCursor":             IntakeCursor,
	"IntakeConnections":        IntakeConnections,
	"StatusDelays":             StatusDelays,
	"NotificationsOfDayPrefix": func(id string) string { return NotificationsOfDayPrefix(id, time.Unix(0, 0)) },
	"MerchantPrefixes":         func(id string) string { return MerchantPrefixes(id)[0] },
}

// ofRuns are those whose second id is a run's or a status change's, in which a colon becomes a
// hyphen.
var ofRuns = []string{
	"RunRequest", "RunOrdersPrefix", "RunBinsPrefix", "RunPrintPrefix", "ManifestJSON", "ManifestCSV", "Published",
	"StatusRequest", "StatusRowsPrefix", "StatusPage", "StatusSales", "StatusResult",
}

// manyIDs are all ids of up to three of the characters that keys, escapes, lists and servers treat
// specially, and long ones that differ in one place.
func manyIDs() []string {
	letters := []string{"a", "A", "2", "E", "-", ":", "_", ".", "!", "/", "\\", "%", " ", "h", "ñ", "\x00", "\xff"}
	ids, last := []string{}, []string{""}
	for range 3 {
		var longer []string
		for _, id := range last {
			for _, letter := range letters {
				longer = append(longer, id+letter)
			}
		}
		ids, last = append(ids, longer...), longer
	}
	for _, length := range []int{85, 86, 87, 127, 128, 129, 300} {
		for _, letter := range letters {
			plain := strings.Repeat("a", length-1)
			ids = append(ids, plain+letter, letter+plain, strings.Repeat(letter, length))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func TestTwoIDsNeverShareAKey(t *testing.T) {
	t.Parallel()
	ids := manyIDs()
	apart := func(t *testing.T, key, id func(string) string) {
		made := map[string]string{}
		for _, one := range ids {
			got := key(one)
			require.NoError(t, checkPrefix(got), "%q", one)
			before, known := made[got]
			require.True(t, !known || before == id(one), "%q and %q share %q", before, one, got)
			made[got] = id(one)
		}
	}
	asItIs := func(id string) string { return id }
	asInARun := func(key string) string { return strings.ReplaceAll(key, ":", "-") }
	for function, key := range keysOfAnID {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			apart(t, key, asItIs)
		})
	}
	for function, key := range keysOfIDs {
		t.Run(function, func(t *testing.T) {
			t.Parallel()
			apart(t, func(id string) string { return key(id, "x") }, asItIs)
			second := lo.Ternary(slices.Contains(ofRuns, function), asInARun, asItIs)
			apart(t, func(id string) string { return key("x", id) }, second)
			assert.NotEqual(t, key("a/b", "c"), key("a", "b/c"))
		})
	}
}

func TestAnIDIsReadBackFromItsKey(t *testing.T) {
	t.Parallel()
	prefix := WaitingPrefix("m", "c")
	for _, id := range manyIDs() {
		read, whole := IDInKey(WaitingLabel("m", "c", id), prefix, ".json")
		if whole {
			assert.Equal(t, id, read)
		} else {
			assert.Greater(t, len(id), maxSegment/3, "only long ids cannot be read back")
		}
	}
	for _, odd := range []string{"a!", "a!2", "a!G0"} {
		_, whole := IDInKey(odd, "", "")
		assert.False(t, whole, odd)
	}
}

func TestAPlainIDStandsInAKeyAsItIs(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"b2d5fe07-d184-4d57-8a3c-0d2f1f0c7a11", "Ord_1.2-3", strings.Repeat("k", 128)} {
		assert.Equal(t, id, keySegment(id))
	}
}

func TestAnEmptyIDIsRefused(t *testing.T) {
	t.Parallel()
	for function, key := range keysOfIDs {
		assert.ErrorIs(t, checkPrefix(key("", "x")), ErrKey, function)
		assert.ErrorIs(t, checkPrefix(key("x", "")), ErrKey, function)
	}
	for function, key := range keysOfAnID {
		assert.ErrorIs(t, checkPrefix(key("")), ErrKey, function)
	}
	assert.ErrorIs(t, checkKey(RunOutcome("m", "k")), ErrKey)
}

func FuzzTwoIDsNeverShareAName(f *testing.F) {
	f.Add("ord:1", "ord-1")
	f.Add("a!3Ab", "a:b")
	f.Add(strings.Repeat("ñ", 100), strings.Repeat("ñ", 101))
	f.Fuzz(func(t *testing.T, a, b string) {
		if a == "" || b == "" {
			return
		}
		assert.NoError(t, checkKey(WaitingLabel("m", a, b)))
		assert.Equal(t, a == b, keySegment(a) == keySegment(b))
		if read, whole := IDInKey(keySegment(a), "", ""); whole {
			assert.Equal(t, a, read)
		}
	})
}
