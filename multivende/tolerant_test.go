package multivende

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readAs decodes one JSON value into a tolerant type; shapes never fail.
func readAs[T any](t *testing.T, raw string) T {
	t.Helper()
	var holder struct {
		Value T `json:"value"`
	}
	require.NoError(t, json.Unmarshal([]byte(`{"value":`+raw+`}`), &holder), raw)
	return holder.Value
}

func TestTextIsReadFromAnyScalar(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`"abc"`: "abc", `" abc "`: "abc", `"a\u0000b\nc"`: "abc", `2000003508897546`: "2000003508897546",
		`12.0`: "12", `1.5`: "1.5", `2e3`: "2000", `1e99`: "1e99", `true`: "true", `null`: "", `{}`: "", `["a"]`: "", `"\ud800"`: "\ufffd",
	} {
		assert.Equal(t, text(want), readAs[text](t, raw), raw)
	}
	assert.Len(t, readAs[text](t, `"`+strings.Repeat("x", 5000)+`"`), maxText)
	assert.Len(t, readAs[text](t, `"x`+strings.Repeat("ñ", 5000)+`"`), maxText-1, "no half letters")
}

func TestNumbersAndTruthsAreReadFromAnyScalar(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]number{
		`7`: 7, `"7"`: 7, `" 7 "`: 7, `7.9`: 7, `"7.0"`: 7, `-1`: -1, `null`: 0, `"x"`: 0, `1e99`: 0, `"NaN"`: 0, `"Inf"`: 0, `[7]`: 0,
	} {
		assert.Equal(t, want, readAs[number](t, raw), raw)
	}
	for raw, want := range map[string]truth{
		`true`: true, `"true"`: true, `1`: true, `"1"`: true, `"TRUE"`: true, `false`: false, `"false"`: false, `0`: false, `null`: false, `{}`: false,
	} {
		assert.Equal(t, want, readAs[truth](t, raw), raw)
	}
}

func TestMomentsAreReadInEveryForm(t *testing.T) {
	t.Parallel()
	day := time.Date(2021, 3, 2, 0, 0, 0, 0, time.UTC)
	at := time.Date(2021, 3, 2, 19, 45, 34, 0, time.UTC)
	for raw, want := range map[string]time.Time{
		`"2021-03-02T19:45:34.000Z"`: at, `"2021-03-02T19:45:34Z"`: at, `"2021-03-02T16:45:34-03:00"`: at,
		`"2021-03-02T16:45:34.000-0300"`: at, `"2021-03-02T19:45:34"`: at, `"2021-03-02T19:45:34.500"`: at.Add(500 * time.Millisecond),
		`"2021-03-02 19:45:34"`: at, `"2021-03-02"`: day, `1614714334000`: at, `1614714334`: at, `"1614714334000"`: at,
		`null`: {}, `""`: {}, `"soon"`: {}, `0`: {}, `-5`: {}, `{}`: {}, `"0001-01-01T00:00:00Z"`: {}, `"9999-12-31T23:59:59Z"`: {}, `9e18`: {},
	} {
		assert.Equal(t, want, time.Time(readAs[moment](t, raw)), raw)
	}
}

func TestAddressesAreLinksOnly(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]address{
		`"https://files.example/a?b=c"`: "https://files.example/a?b=c", `"HTTP://files.example"`: "HTTP://files.example",
		`"javascript:alert(1)"`: "", `"file:///etc/passwd"`: "", `"https://a b"`: "", `"x"`: "", `null`: "", `7`: "",
		`"https://` + strings.Repeat("x", maxLink) + `"`: "",
	} {
		assert.Equal(t, want, readAs[address](t, raw), raw)
	}
}

func TestListsAndObjectsAreReadInEveryShape(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]list[identified]{
		`[{"_id":"a"},{"_id":7}]`:       {{"a"}, {"7"}},
		`{"_id":"a"}`:                   {{"a"}},
		`"[{\"_id\":\"a\"}]"`:           {{"a"}},
		`"{\"_id\":\"a\"}"`:             {{"a"}},
		`"\"{\\\"_id\\\":\\\"a\\\"}\""`: {{"a"}},
		`[null,7,"x",{"_id":"a"},[]]`:   {{"a"}},
		`null`:                          nil, `""`: nil, `"x"`: nil, `7`: nil, `[]`: nil, `false`: nil,
	} {
		assert.Equal(t, want, readAs[list[identified]](t, raw), raw)
	}
	for raw, want := range map[string]object[identified]{
		`{"_id":"a"}`: {identified{"a"}, true}, `[{"_id":"a"},{"_id":"b"}]`: {identified{"a"}, true}, `"{\"_id\":\"a\"}"`: {identified{"a"}, true},
		`{}`: {identified{}, true}, `null`: {}, `[]`: {}, `"a"`: {}, `7`: {}, `""`: {},
	} {
		assert.Equal(t, want, readAs[object[identified]](t, raw), raw)
	}
}
