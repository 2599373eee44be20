package paper

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

var (
	fieldData = regexp.MustCompile(`\^FH\^FD([^^]*)\^FS`)
	hexByte   = regexp.MustCompile(`_[0-9A-F]{2}`)
)

// printed are the texts of a ZPL format, hex taken back.
func printed(format string) string {
	var texts []string
	for _, match := range fieldData.FindAllStringSubmatch(format, -1) {
		texts = append(texts, hexByte.ReplaceAllStringFunc(match[1], func(hex string) string {
			value, _ := strconv.ParseUint(hex[1:], 16, 8)
			return string([]byte{byte(value)})
		}))
	}
	return strings.Join(texts, "\n")
}

func TestZPL(t *testing.T) {
	t.Parallel()
	t.Run("a label is one format of ASCII whose fields hold the texts in UTF-8", func(t *testing.T) {
		t.Parallel()
		format := string(ZPL(sampleLabel(), false))
		assert.True(t, strings.HasPrefix(format, "^XA") && strings.HasSuffix(format, "^XZ\n"))
		assert.Equal(t, 1, strings.Count(format, "^XA"))
		assert.Contains(t, format, "^CI28")
		assert.NotRegexp(t, `[^\x00-\x7F]`, format)
		assert.Contains(t, printed(format), "Número de Orden: 7123456789-A")
		assert.Contains(t, printed(format), "Pasaje Los Ñirres (fondo) 12, Peñalolén")
		assert.Contains(t, format, "^BCN,160,N,N,N^FD>:RPL812345678901^FS")
	})
	t.Run("in sections numbers are split over fields, the last twice", func(t *testing.T) {
		t.Parallel()
		label := sampleLabel()
		label.References = []Reference{{"Venta", "2000008123456789"}}
		format := string(ZPL(label, true))
		assert.Contains(t, printed(format), "Venta: 20000081234\n56789\n56789")
		assert.Contains(t, format, "^FX Shipment_Number_Bar_Code ^FS")
	})
	t.Run("a QR holds its data as it is", func(t *testing.T) {
		t.Parallel()
		assert.Contains(t, string(ZPL(flexLabel(), true)), `^BQN,2,6^FDLA,{"id":"43123456789","sender_id":"5550001"}^FS`)
	})
	t.Run("what reserves meaning in ZPL is escaped", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "a_5Eb_7Ec_5Fd_5Ce_C3_B1", hexField(`a^b~c_d\eñ`))
	})
}
