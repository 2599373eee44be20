package zpl_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/despacho/despacho/labels/zpl"
)

const barcode = "^FO60,200^BCN,100,Y,N,N^FDMLC440011^FS"

// deflated is a picture's data as :Z64:, with the sum that is given or, if that is "", the right one.
func deflated(t *testing.T, bits []byte, sum string) string {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write(bits)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	text := base64.StdEncoding.EncodeToString(out.Bytes())
	if sum == "" {
		sum = fmt.Sprintf("%04X", crc(text))
	}
	return ":Z64:" + text + ":" + sum
}

// crc is CRC-16 with the polynomial 0x1021, bit by bit.
func crc(text string) (sum uint16) {
	for _, c := range []byte(text) {
		sum ^= uint16(c) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
			} else {
				sum <<= 1
			}
		}
	}
	return sum
}

func TestAPictureThatIsNotWholeIsSaidAndNeverALabelAlone(t *testing.T) {
	t.Parallel()
	black := bytes.Repeat([]byte{0xff}, 512)
	hex := strings.Repeat("FF", 512)
	for name, picture := range map[string]string{
		"half of the rows":                       "^GFA,512,512,8," + hex[:512] + "^FS",
		"no data at all":                         "^GFA,512,512,8,^FS",
		"one byte short":                         "^GFA,512,512,8," + hex[:1022] + "^FS",
		"compressed, half of the rows":           "^GFA,512,512,8," + strings.Repeat("!", 32) + "^FS",
		"all counts doubled":                     "^GFA,1024,1024,8," + hex + "^FS",
		"a header without a width":               "^GFA,512,512,0," + hex + "^FS",
		"a header without sizes":                 "^GFA,,,," + hex + "^FS",
		"another letter for its form":            "^GFX,512,512,8," + hex + "^FS",
		"raw bytes as hexadecimal":               "^GFA,512,512,8," + string(black) + "^FS",
		"a download of half of the rows":         "^FS~DGR:A.GRF,512,8," + hex[:512] + "^FO0,0^XGR:A.GRF,1,1^FS",
		"a download that was sent in binary":     "^FS~DYR:A,B,G,512,8," + string(black[:300]) + "^FS^FO0,0^XGR:A.GRF,1,1^FS",
		"packed, with a wrong sum":               "^GFA,512,512,8," + deflated(t, black, "1234") + "^FS",
		"packed, half of the rows":               "^GFA,512,512,8," + deflated(t, black[:256], "") + "^FS",
		"packed, no deflated data":               fmt.Sprintf("^GFA,512,512,8,:Z64:AAAA:%04X^FS", crc("AAAA")),
		"packed, plain, too short":               fmt.Sprintf("^GFA,512,512,8,:B64:AAAA:%04X^FS", crc("AAAA")),
		"packed, cut":                            "^GFA,512,512,8," + deflated(t, black, "")[:10] + "^FS",
		"a PNG that is none":                     "^FS~DYR:A,P,P,8,,4142434445464748^FO0,0^XGR:A.PNG,1,1^FS",
		"a PNG cut short":                        "^FS~DYR:A,P,P,12,,89504E470D0A1A0A00000000^FO0,0^XGR:A.PNG,1,1^FS",
		"binary whose bytes were lost":           "^GFB,40,40,8,^FS",
		"binary through UTF-8":                   "^GFB,512,512,8," + strings.Repeat("\uFFFD", 512) + "^FS",
		"binary through UTF-8 twice":             "^GFB,512,512,8," + strings.Repeat("Ã¿", 512) + "^FS",
		"binary with question marks":             "^GFB,512,512,8," + strings.Repeat("\x00?", 256) + "^FS",
		"binary with line ends made longer":      "^GFB,510,510,8," + strings.Repeat("\r\n", 256) + "^FS",
		"binary with a byte added":               "^GFB,512,512,8,a" + string(black) + "^FS",
		"binary with bytes missing":              "^GFB,512,512,8," + string(black[:480]) + "^FS",
		"binary that is longer than all of this": "^GFB,99999,99999,8," + string(black) + "^FS",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			units, _ := zpl.Split([]byte("^XA^FO0,0" + picture + barcode + "^XZ"))
			require.Len(t, units, 1)
			assert.Empty(t, units[0].Broken)
			assert.Contains(t, strings.Join(units[0].Repairs, "; "), "a graphic is damaged")
			assert.Equal(t, []string{"MLC440011"}, zpl.Texts(units[0]))
			assert.NotContains(t, string(units[0].Data), "^GFB")

			const other = "^XA^FDx^FS^XZ"
			units, _ = zpl.Split([]byte(other + "^XA^FO0,0" + picture + "^GB9,9,9^FS^XZ" + other))
			require.Len(t, units, 3)
			assert.Contains(t, units[1].Broken, "a graphic is damaged")
			assert.Empty(t, units[2].Broken)
		})
	}
}

func TestAWholePictureStaysAsItIs(t *testing.T) {
	t.Parallel()
	black := bytes.Repeat([]byte{0xff}, 512)
	for _, picture := range []string{
		"^GFA,512,512,8," + strings.Repeat("FF", 512) + "^FS", "^GFA,512,512,8,VF\n!" + strings.Repeat(":", 62) + "^FS",
		"^GF,512,512,8," + strings.Repeat("!", 64) + ",^FS", "^GFA,90,512,8," + deflated(t, black, "") + "^FS",
		"^GFA,512,512,8,UFF" + strings.Repeat(":", 63) + "^FS",
	} {
		units, report := zpl.Split([]byte("^XA^FO0,0" + picture + "^XZ"))
		require.Len(t, units, 1)
		assert.Empty(t, units[0].Broken, picture)
		assert.Empty(t, report.Removed)
		if strings.HasPrefix(picture, "^GFA") {
			assert.Empty(t, units[0].Repairs, picture)
			assert.Equal(t, "^XA^FO0,0"+picture+"^XZ\n", string(units[0].Data))
		}
	}
}

func TestCountsThatAreSmallerOrLargerThanTheRowsAreCorrected(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("FF", 512)
	for picture, want := range map[string]string{
		"^GFA,1024,512,8," + hex: "^GFA,512,512,8," + hex,
		"^GFA,256,256,8," + hex:  "^GFA,512,512,8," + hex,
		"^GFB,256,256,8," + string(bytes.Repeat([]byte{0xff}, 512)): "^GFA,512,512,8," + hex,
	} {
		units, _ := zpl.Split([]byte("^XA^FO0,0" + picture + "^FS^XZ"))
		require.Len(t, units, 1)
		assert.Empty(t, units[0].Broken)
		assert.Equal(t, "^XA^FO0,0"+want+"^FS^XZ\n", string(units[0].Data))
		require.Len(t, units[0].Repairs, 1)
		assert.Contains(t, units[0].Repairs[0], "corrected")
	}
}

func TestBinaryDataThatWereConvertedAsTextAreRestored(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{"Latin-1 to UTF-8": "aÿ\u0080b", "line ends": "a\xff\r\nb"} {
		units, report := zpl.Split([]byte("^XA^FO0,0^GFB,4,4,1," + data + "^FS^XZ"))
		require.Len(t, units, 1, name)
		assert.Empty(t, units[0].Broken, name)
		assert.Empty(t, report.Removed, name)
		assert.Contains(t, string(units[0].Data), map[string]string{"Latin-1 to UTF-8": "^GFA,4,4,1,61FF8062^FS", "line ends": "^GFA,4,4,1,61FF0A62^FS"}[name])
		assert.Equal(t, []string{"a graphic's binary data, which a conversion of text had changed, were restored"}, units[0].Repairs, name)
	}
}

func TestBinaryPicturesAreWrittenAsHexadecimal(t *testing.T) {
	t.Parallel()
	for picture, want := range map[string]string{
		"^GFB,8,8,1,^XZ~JR^a^FS":                                             "^GFA,8,8,1,5E585A7E4A525E61^FS",
		"^CC!!GFB,3,3,1,^!!!FS!CC^":                                          "^GFA,3,3,1,5E2121^FS",
		"^FS~DYR:A,B,G,3,1,~^~^XGR:A^FS":                                     "~DYR:1.GRF,A,G,3,1,7E5E7E",
		"^FS~DYR:A,b,P,20,,\x89PNG\r\n\x1a\n0000IEND\xaeB`\x82^XGR:A.PNG^FS": "~DYR:1.PNG,P,P,20,,89504E470D0A1A0A3030303049454E44AE426082",
	} {
		units, _ := zpl.Split([]byte("^XA^FO0,0" + picture + "^FDx^FS^XZ"))
		require.Len(t, units, 1)
		assert.Empty(t, units[0].Broken, "%q", picture)
		assert.Empty(t, units[0].Repairs, "%q", picture)
		assert.Contains(t, withPlainNames(string(units[0].Data)), want, "%q", picture)
	}
}

func TestABinaryPictureThatTheManualDoesNotAllowIsRefused(t *testing.T) {
	t.Parallel()
	const attack = "^XZ~JR^XA^JUF^XZ! U1 setvar \"device.reset\" \"\"\r\n"
	for _, header := range []string{"^GFB,47,3,1,", "^GFB,+47,47,1,", "^GFB,47,+47,1,", "^GFB,47,0,0,", "^GFB,47,47,0,", "^GFB,0,0,0,", "^GFB,-47,-47,1,",
		"^GFB,0x2F,47,1,", "^GFB,47.0,47,1,", "^GFB,100001,100001,11,", "^GFB,,,,", "^GFB,47,47,,", "^GFC,47,47,1,", "^GFC,47,100,1,", "^gfb,47,3,1,",
		"^GF\x01B,47,3,1,", "^GFB," + strings.Repeat(" ", 200) + "47,47,1,", "~DYR:A,B,G,+47,1,", "~DYR:A,C,G,47,1,", "^GF B,47,47,99,"} {
		file := "^XA^FO0,0" + header + attack + "^FS^FO20,20^XGR:A^FS^FD20000000000013^FS^XZ"
		units, _ := zpl.Split([]byte(file))
		var refused int
		for _, u := range units {
			if u.Broken != "" {
				refused++
			} else {
				assertHarmless(t, u.Data)
			}
		}
		assert.Positive(t, refused, header)
	}
	for _, file := range []string{"s17-gfb_mismatch.zpl", "s17-gfb_over.zpl", "s17-gfb_plus.zpl", "s17-gfb_zero_total.zpl"} {
		units, _ := zpl.Split([]byte(fileOf(t, file)))
		require.Len(t, units, 1, file)
		assert.Equal(t, "a graphic in binary form states a size that the ZPL manual does not allow", units[0].Broken, file)
	}
}

// harmful is what no joined file may hold, however a printer reads it.
var harmful = regexp.MustCompile(`(?i)[~^]J[RU]|! ?U1[ \r\n]|@PJL|\x1b|\^GF[BC]|~DY[^,]*,[BC],`)

func assertHarmless(t *testing.T, data []byte) {
	t.Helper()
	read := bytes.Map(func(r rune) rune {
		switch {
		case r == 0x1e:
			return '^'
		case r == 0x10:
			return '~'
		case r < ' ' && r != '\n' && r != '\r' && r != 0x1b:
			return -1
		}
		return r
	}, bytes.ToValidUTF8(data, []byte("?")))
	assert.NotRegexp(t, harmful, string(read))
	assert.NotRegexp(t, harmful, strings.NewReplacer("\r", "", "\n", "").Replace(string(read)))
}

func TestTheCasesOfDamagedPictures(t *testing.T) {
	t.Parallel()
	for file, damage := range map[string]string{
		"f07-gfb-bytes-lost.zpl":    "a graphic is damaged and was left out",
		"f07-gfb-count-short.zpl":   "a graphic of 512 bytes stated 256: corrected",
		"f07-gfb-through-utf8.zpl":  "a graphic is damaged and was left out",
		"f08-dg-half.zpl":           "a graphic is damaged: its data end after 150 of 512 bytes",
		"f08-gfa-count-doubled.zpl": "a graphic of 512 bytes stated 1024: corrected",
		"f08-gfa-raw-bytes.zpl":     "a graphic is damaged",
	} {
		units, _ := zpl.Split([]byte(fileOf(t, file)))
		require.Len(t, units, 1, file)
		assert.Empty(t, units[0].Broken, file)
		require.Len(t, units[0].Repairs, 1, file)
		assert.Contains(t, units[0].Repairs[0], damage, file)
	}
	units, _ := zpl.Split([]byte(fileOf(t, "f07-gfb-bytes-lost.zpl")))
	assert.Equal(t, []string{"CLIENTE UNO", "PISO 3 DEPTO 12", "RUTA 7", "MLC440011"}, zpl.Texts(units[0]), "nothing else is lost")
	for _, file := range []string{"f08-gfa-half-of-rows.zpl", "f08-gfa-raw-bytes-only-picture.zpl"} {
		units, _ := zpl.Split([]byte(fileOf(t, file)))
		require.Len(t, units, 1, file)
		assert.Contains(t, units[0].Broken, "nothing else is on the label", file)
	}
}

func TestNoSizeGoesBeyondPaper(t *testing.T) {
	t.Parallel()
	for command, isKept := range map[string]bool{
		"^LL1218": true, "^PW832": true, "^LH5,15": true, "^LT-120": true, "^LS-30": true, "^LL8544": true, "^LH,20": true, "^MUM^LL152.4": true, "^MUi^PW4.0": true, "^LL1218,Y": true,
		"^LL32000": false, "^PW32000": false, "^LH0,32000": false, "^LH9999,0": false, "^LT121": false, "^LS9999": false, "^LS-9999": false, "^LL8545": false,
		"^MUM^LL1218": false, "^MUi^PW832": false, "^LL1e9": false, "^LL0x7fff": false, "^LLNaN": false, "^LL-32000": false, "^ll32000": false, "^LL32000\n": false,
	} {
		units, report := zpl.Split([]byte("^XA" + command + "^FDx^FS^XZ"))
		require.Len(t, units, 1, command)
		last := strings.TrimSpace(command[strings.LastIndexByte(command, '^'):])
		assert.Equal(t, isKept, strings.Contains(string(units[0].Data), last), command)
		assert.Equal(t, !isKept, len(report.Repairs) > 0, command)
	}
	assert.NotContains(t, string(joined(t, "", []byte(fileOf(t, "s17-ll.zpl")))), "32000")
	assert.NotContains(t, string(joined(t, "", []byte("^MUM^XA^FDx^FS^XZ^XA^LL1218^FDx^FS^XZ"))), "1218", "units last")
}

func TestNothingHarmfulIsLeftWhereverItStands(t *testing.T) {
	t.Parallel()
	for _, harm := range []string{"~JR", "~jr", "~J\r\nR", "\x10JR", "~\x01J\x02R", "^JUF", "^juf", "\x1eJUF", "^J\nUF", "! U1 do \"x\" \"\"\r\n", "! u1 x", "!\tU1 x", "!  U1\r\nx",
		"!\x01 U1 x", "! U 1 x", "! U1\r\n", "@PJL RESET", "@p\x00jl", "\x1b%-12345X", "^CC!!JUF!CC^", "^CT!!JR!CT~", "~CC!!JUF!CC^", "^CD;^JUF;^CD,"} {
		for _, file := range []string{"^XA^FX %s^FS^FDx^FS^XZ", "^XA^FD%s^FS^FDx^FS^XZ", "^XA^FH^FDa%s^FS^FDx^FS^XZ", "^XA^FV%s^FS^FDx^FS^XZ", "^XA^SN%s,1^FS^FDx^FS^XZ", "^XA^XG%s,1,1^FS^FDx^FS^XZ",
			"^XA^FN1\"%s\"^FDx^FS^XZ", "^XA^GFA,1,1,1,F0%s^FS^FDx^FS^XZ", "^XA^GF%s,1,1,1,F0^FS^FDx^FS^XZ", "^XA^FO1,%s^FDx^FS^XZ", "^XA^A@N,9,9,%s^FDx^FS^XZ", "^XA^FDx^FS^PQ%s^XZ",
			"^CW%s,E:A.TTF^XA^FDx^FS^XZ", "^CI%s^XA^FDñ^FS^XZ", "^LH%s^XA^FDñ^FS^XZ", "^MU%s^XA^FDñ^FS^XZ", "^XA^FL%s,A.TTF,1^FDñ^FS^XZ", "^XA^FDx^FS^SF%s^FS^XZ", "^XA^DFR:%s^FS^FDx^FS^XZ^XA^XFR:%s^FS^FDx^FS^XZ",
			"~DGR:%s,1,1,F0^XA^XGR:A^FS^FDx^FS^XZ", "^XA^FB9,9,%s^FDx^FS^XZ", "^XA^BCN,%s^FDx^FS^XZ", "^XA^FT1,1,%s^FDx^FS^XZ", "^XA^IMR:%s^FS^FDx^FS^XZ", "^XA^FC%s^FDx^FS^XZ", "%s^XA^FDx^FS^XZ%s"} {
			data := []byte(strings.ReplaceAll(file, "%s", harm))
			units, _ := zpl.Split(data)
			for _, u := range units {
				if u.Broken == "" {
					assertHarmless(t, joinedUnits(t, u))
				}
			}
			if t.Failed() {
				t.Fatalf("%q", data)
			}
		}
	}
}

func joinedUnits(t *testing.T, units ...zpl.Unit) []byte {
	t.Helper()
	var out bytes.Buffer
	joiner := zpl.NewJoiner(&out)
	for _, u := range units {
		require.NoError(t, joiner.Add(u))
	}
	require.NoError(t, joiner.Close())
	return out.Bytes()
}
