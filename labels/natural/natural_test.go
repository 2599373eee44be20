package natural_test

import (
	"slices"
	"testing"

	"github.com/samber/lo/mutable"
	"github.com/stretchr/testify/assert"

	"github.com/despacho/despacho/labels/natural"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"numbers count as numbers":                        {"A-2", "A-10", "A-11b", "A-100", "B-1"},
		"numbers of any length":                           {"2", "18000000000000000000", "99999999999999999999998", "99999999999999999999999"},
		"capitals and small letters alike":                {"A1", "a2", "A3", "b1", "B2"},
		"a text before the one that goes on":              {"SKU", "SKU-1", "SKU-1-2", "SKU-1a"},
		"leading zeros weigh only when all else is equal": {"01", "1", "01a", "1a", "002"},
		"nothing comes last":                              {"1", "z", "é", ""},
		"a number before a letter":                        {"1x", "a", "a1", "aa"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range 20 {
				got := slices.Clone(want)
				mutable.Shuffle(got)
				slices.SortFunc(got, natural.Compare)
				assert.Equal(t, want, got)
			}
		})
	}
}

func FuzzCompareIsAnOrder(f *testing.F) {
	f.Add("1", "01a", "1a")
	f.Add("A-2", "a-10", "")
	f.Add("18000000000000000000", "1", "0")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		assert.Equal(t, natural.Compare(a, b), -natural.Compare(b, a))
		assert.Equal(t, a == b, natural.Compare(a, b) == 0)
		if natural.Compare(a, b) <= 0 && natural.Compare(b, c) <= 0 {
			assert.LessOrEqual(t, natural.Compare(a, c), 0)
		}
	})
}
