package zpl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/samber/lo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/zpl"
)

func TestCopiesWithSerialNumbersAreLabelsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for field, want := range map[string][]string{
		"^SN001,1,Y^FS^PQ3":                          {"001", "002", "003"},
		"^PQ3^FO1,1^SN001,1,Y^FS":                    {"001", "002", "003"},
		"^SN9,1,N^FS^PQ3,1,0,Y":                      {"9", "10", "11"},
		"^SN 9,1,N^FS^PQ2":                           {"9", "10"},
		"^SN100,-50,Y^FS^PQ3":                        {"100", "050", "000"},
		"^SNA12B,10^FS^PQ2":                          {"A12B", "A22B"},
		"^SNA999999999998,1,Y^FS^PQ2":                {"A999999999998", "A999999999999"},
		"^SN0001,1,Y^FS^PQ6,0,2,N":                   {"0001", "0002", "0003"},
		"^SN0001,1,Y^FS^PQ3,0,1,N":                   {"0001", "0002", "0003"},
		"^SN7,0,Y^FS^PQ3":                            {"7"},
		"^SNABC,1,Y^FS^PQ3":                          {"ABC"},
		"^SN1,1,Y^FS":                                {"1"},
		"^SN1,1,Y^FS^PQ0":                            {"1"},
		"^FDBL0009^SFAAdddd,1^FS^PQ3":                {"BL0009", "BL0010", "BL0011"},
		"^FDBL09-8^SFAAdd%d,1%1^FS^PQ3":              {"BL09-8", "BL10-9", "BL12-0"},
		"^FD12A^SFnnA,F^FS^PQ4":                      {"12A", "12F", "12K", "12P"},
		"^FDBL9999^SFAAdddd^FS^PQ2":                  {"BL9999", "BM0000"},
		"^FD1f^SFhh,1^FS^PQ2":                        {"1f", "20"},
		"^FD29^SFHH,1^FS^PQ2":                        {"29", "2A"},
		"^FD17^SFoo,1^FS^PQ2":                        {"17", "20"},
		"^FD\n7\n^SFddd,1^FS^PQ2":                    {"7", "8"},
		"^FDsame^FS^PQ3":                             {"same"},
		"^FDa^FS^FO1,9^SN1,1^FS^FO9,1^SN5,-1^FS^PQ2": {"a 1 5", "a 2 4"},
	} {
		units, report := zpl.Split([]byte("^XA^FO1,1" + field + "^XZ"))
		got := lo.Map(units, func(u zpl.Unit, _ int) string {
			assert.Empty(t, u.Broken, field)
			assert.NotRegexp(t, `\^PQ([02-9]|1[0-9,])`, string(u.Data), field)
			return strings.Join(zpl.Texts(u), " ")
		})
		assert.Equal(t, want, got, field)
		assert.Equal(t, len(want) > 1 || strings.Contains(field, "^PQ3"), len(report.Repairs) == 1, field)
	}
}

func TestNumberedLabelsShowPlainData(t *testing.T) {
	t.Parallel()
	for field, want := range map[string][]string{
		"^SN001,1,Y^FS^PQ2":       {"^FD001^FS", "^FD002^FS"},
		"^SN1,1,N^FS^PQ2":         {"^FD1^FS", "^FD2^FS"},
		"^SN001,1,N^FS^PQ2":       {"^SN001,1,N^FS", "^SN002,1,N^FS"},
		"^FH^SN_31,1,Y^FS^PQ2":    {"^FH^SN_31,1,Y^FS", "^FH^SN_32,1,Y^FS"},
		"^SN001,1,Y^FS^PQ1,0,1,Y": {"^SN001,1,Y^FS"},
	} {
		units, _ := zpl.Split([]byte("^XA^FO1,1" + field + "^XZ"))
		require.Len(t, units, len(want), field)
		for i, u := range units {
			assert.Contains(t, string(u.Data), want[i], field)
		}
	}
}

func TestASerialNumberThatTheManualDoesNotDefineIsRefused(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"^SN1,-1,Y^FS^PQ3", "^SN999999999999,1,Y^FS^PQ2", "^SN1,x^FS^PQ2", "^FDZZ^SFAA,B^FS^PQ2",
		"^FDA-^SFAA,B^FS^PQ2", "^FH^FD1_31^SFdd^FS^PQ2", "^SN1,1^FS^PQ100000"} {
		units, _ := zpl.Split([]byte("^XA^FO1,1" + field + "^XZ"))
		require.Len(t, units, 1, field)
		assert.Contains(t, units[0].Broken, "serial number", field)
	}
}

func TestATemplatesSerialNumberCountsToo(t *testing.T) {
	t.Parallel()
	units, _ := zpl.Split([]byte("^XA^DFR:T^FS^FO1,1^SN01,1,Y^FS^FO9,9^FN1^FS^PQ2^XZ^XA^XFR:T^FS^FN1^FDa^FS^XZ^XA^XFR:T^FS^FN1^FDb^FS^XZ"))
	assert.Equal(t, []string{"01 a", "02 a", "01 b", "02 b"}, lo.Map(units, func(u zpl.Unit, _ int) string { return strings.Join(zpl.Texts(u), " ") }))
}

func TestManyNumberedLabelsStayWithinTheBoundOfAFile(t *testing.T) {
	t.Parallel()
	units, report := zpl.Split(slices.Concat([]byte("^XA^FD"), make([]byte, 1<<20), []byte("^FS^SN1,1^FS^PQ1000^XZ")))
	assert.Empty(t, units)
	assert.Contains(t, report.Broken, "split the file")
}

func TestTheCaseOfThreeNumbers(t *testing.T) {
	t.Parallel()
	units, report := zpl.Split([]byte(fileOf(t, "f09-serial-pq3.zpl")))
	assert.Equal(t, []string{"BULTO 001 44001122330001", "BULTO 002 44001122330002", "BULTO 003 44001122330003"},
		lo.Map(units, func(u zpl.Unit, _ int) string { return strings.Join(zpl.Texts(u), " ") }))
	assert.Equal(t, []string{"a label with a serial number and ^PQ3 was written as 3 labels, each with its number"}, report.Repairs)
}
