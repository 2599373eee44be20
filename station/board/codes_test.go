package board

import (
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

func TestReadScan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		whole      []string
		parts      []string
	}{
		{"a number", "2000001234567890", []string{"2000001234567890"}, nil},
		{"the key behind it", "2000001234567890\r\n", []string{"2000001234567890"}, nil},
		{"small letters, hyphens and spaces", " d-001 a ", []string{"D001A"}, nil},
		{"leading zeros", "0007801234567895", []string{"7801234567895"}, nil},
		{"the kind of barcode", "]C10107801234567895", []string{"107801234567895", "7801234567895"}, nil},
		{"parts of a GS1 code", "]C1010780123456789521ABC\x1d10LOT7", []string{"010780123456789521ABC10LOT7", "7801234567895", "010780123456789521ABC", "10LOT7"}, []string{"10780123456789521"}},
		{"a parcel's number", "00378012345678901234", []string{"378012345678901234"}, nil},
		{"control characters", "\x02ABC\x1e123\x04", []string{"ABC123", "ABC", "123"}, nil},
		{"Mercado Libre's code", `{"id":"43123456789","sender_id":123456789,"hash_code":"x","security_digit":"0"}`, []string{"43123456789"}, []string{"123456789"}},
		{"a code of a number and a parcel", `{"shipment_id":43123456789,"order_id":"2000001"}`, []string{"43123456789", "2000001"}, nil},
		{"Mercado Libre's code on a keyboard of another layout", "¨@id@Ñ@43123456789@,@sender?id@Ñ123456789*", []string{"IDÑ43123456789SENDERIDÑ123456789"}, []string{"43123456789", "123456789"}},
		{"an address", "https://example.com/t/AB123456789CL?id=77", []string{"77", "AB123456789CL", "T"}, []string{"123456789"}},
		{"a prefix before a number", "MEL43123456789FMXDF01", []string{"MEL43123456789FMXDF01"}, []string{"43123456789"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			codes, err := ReadScan(test.text)
			assert.NoError(t, err)
			assert.Equal(t, test.whole, codes.Whole)
			assert.ElementsMatch(t, test.parts, codes.Parts)
		})
	}
	for _, text := range []string{"", " \r\n", "\x1d\x1e\x04", "---", "\xff\xfe", "]C1", strings.Repeat("9", maxScan+1)} {
		_, err := ReadScan(text)
		assert.ErrorIs(t, err, ErrScan, "%.20q", text)
	}
}

func FuzzReadScan(f *testing.F) {
	for _, text := range []string{"]C101", `{"id":"1"}`, "https://x/1?id=2", "\x1d00", "¨@id@Ñ@43123456789@"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		codes, err := ReadScan(text)
		if err != nil {
			assert.ErrorIs(t, err, ErrScan)
			return
		}
		assert.NotEmpty(t, codes.Whole)
		assert.LessOrEqual(t, len(codes.Whole), maxCodes)
		assert.LessOrEqual(t, len(codes.Parts), maxCodes)
		for _, code := range append(codes.Whole, codes.Parts...) {
			assert.Equal(t, code, Code(code))
			assert.NotContains(t, code, " ")
			assert.False(t, strings.ContainsFunc(code, unicode.IsControl))
		}
	})
}
