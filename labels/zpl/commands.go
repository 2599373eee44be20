package zpl

import "strings"

// command is a command's two characters in capitals; ^A has only one.
type command uint16

func commandOf(code string) command {
	if len(code) == 1 {
		return command(code[0]) << 8
	}
	return command(code[0])<<8 | command(code[1])
}

func (c command) String() string {
	if c&0xff == 0 {
		return string(rune(c >> 8))
	}
	return string([]byte{byte(c >> 8), byte(c)})
}

const (
	cmdBY = command('B')<<8 | 'Y'
	cmdCF = command('C')<<8 | 'F'
	cmdSE = command('S')<<8 | 'E'
	cmdBC = command('B')<<8 | 'C'
	cmdBQ = command('B')<<8 | 'Q'
	cmdBX = command('B')<<8 | 'X'
	cmdCC = command('C')<<8 | 'C'
	cmdCD = command('C')<<8 | 'D'
	cmdCI = command('C')<<8 | 'I'
	cmdCV = command('C')<<8 | 'V'
	cmdCT = command('C')<<8 | 'T'
	cmdCW = command('C')<<8 | 'W'
	cmdDF = command('D')<<8 | 'F'
	cmdDG = command('D')<<8 | 'G'
	cmdDY = command('D')<<8 | 'Y'
	cmdFD = command('F')<<8 | 'D'
	cmdFH = command('F')<<8 | 'H'
	cmdFL = command('F')<<8 | 'L'
	cmdFN = command('F')<<8 | 'N'
	cmdFS = command('F')<<8 | 'S'
	cmdFW = command('F')<<8 | 'W'
	cmdFX = command('F')<<8 | 'X'
	cmdGF = command('G')<<8 | 'F'
	cmdID = command('I')<<8 | 'D'
	cmdIS = command('I')<<8 | 'S'
	cmdLH = command('L')<<8 | 'H'
	cmdLL = command('L')<<8 | 'L'
	cmdLS = command('L')<<8 | 'S'
	cmdLT = command('L')<<8 | 'T'
	cmdMC = command('M')<<8 | 'C'
	cmdMU = command('M')<<8 | 'U'
	cmdPA = command('P')<<8 | 'A'
	cmdPM = command('P')<<8 | 'M'
	cmdPO = command('P')<<8 | 'O'
	cmdPQ = command('P')<<8 | 'Q'
	cmdPW = command('P')<<8 | 'W'
	cmdSF = command('S')<<8 | 'F'
	cmdSN = command('S')<<8 | 'N'
	cmdXA = command('X')<<8 | 'A'
	cmdXF = command('X')<<8 | 'F'
	cmdXZ = command('X')<<8 | 'Z'
)

// class is what the ZPL II manual says about a command, as a set.
type class uint32

const (
	drawing   class = 1 << iota // describes a label and nothing else: may reach a packer's printer
	marking                     // leaves something on the label by itself
	carrying                    // can carry information about the parcel; a frame of lines cannot
	graphic                     // brings a picture
	storing                     // stores something under a name
	recalling                   // shows something stored under a name
	fieldData                   // its parameter is the label's own text
	wholeText                   // its parameter may run over lines
	graphData                   // a header, then the data of a picture
	barcode                     // the field that follows is a barcode
	bare                        // has no parameter
	steering                    // changes a prefix or the delimiter
	download                    // a ~ command that brings something to store
	immediate                   // a ~ command of the manual
	setsScale
	setsWidth
	setsLength
	setsTop
	setsLayout
	setsJustification
	setsFont
	linksFont
	lasting  // its effect lasts beyond the label
	placing  // says where a field is
	measured // its values are in the units of ^MU
	serial   // counts from label to label
	examined // its parameter must be examined
)

// classes holds what is known about each ^ command and each ~ command.
var classes = func() (known [2][1 << 12]class) {
	add := func(prefix byte, codes string, is class) {
		for code := range strings.FieldsSeq(codes) {
			known[prefixIndex(prefix)][commandOf(code).index()] |= is
		}
	}
	add('^', `XA XZ A B0 B1 B2 B3 B4 B5 B7 B8 B9 BA BB BC BD BE BF BI BJ BK BL BM BO BP BQ BR BS BT BU BX BY BZ
		CF CI CV CW FB FC FD FE FH FL FM FN FO FP FR FS FT FV FW FX GB GC GD GE GF GS
		DF XF XG IS IL IM JM LH LL LR LS LT MC MU PA PM PO PQ PW SE SF SN TB`, drawing)
	add('^', "GB GC GD GE GF XG XF IL IM", marking)
	add('^', "GF", carrying)
	add('^', "GF", graphic|graphData)
	add('^', "DF IS", storing)
	add('^', "XF XG IL IM", recalling)
	add('^', "FD FV", fieldData)
	add('^', "FD FV FX", wholeText)
	add('^', "B0 B1 B2 B3 B4 B5 B7 B8 B9 BA BB BC BD BE BF BI BJ BK BL BM BO BP BQ BR BS BT BU BX BZ", barcode)
	add('^', "XA XZ FS", bare)
	add('^', "PW", setsWidth)
	add('^', "LL", setsLength)
	add('^', "LT", setsTop)
	add('^', "PA", setsLayout)
	add('^', "CW", setsFont)
	add('^', "FL", linksFont)
	add('^', "CI SE CF BY CW CV FL FW JM LH LL LR LS LT MU PA PM PO PW", lasting)
	add('^', "FO FT", placing)
	add('^', `FO FT A B0 B1 B2 B3 B4 B5 B7 B8 B9 BA BB BC BD BE BF BI BJ BK BL BM BO BP BQ BR BS BT BU BX BY BZ
		CF FB FM FP GB GC GD GE LH LL LS LT PW TB`, measured)
	add('^', "SF SN", serial)
	add('^', "FH FN FW MC PQ SF SN", examined)
	add('~', "DG DY", carrying|graphic|graphData|download|storing)
	for _, prefix := range []byte("^~") {
		add(prefix, "CC CD CT", steering)
	}
	add('~', `CC CD CT DB DE DG DL DN DS DT DU DY EF EG EO HB HD HI HM HQ HS HU JA JB JC JD JE JF JG JI JL JN JO JP JQ JR
		JS JX KB NC NR NT PH PL PM PP PR PS RO RV RX SD SL SX TA WC WD WL WQ WR`, immediate)
	return known
}()

func prefixIndex(prefix byte) int {
	if prefix == '~' {
		return 1
	}
	return 0
}

func (c command) index() int { return int(c>>8&0x1f)<<7 | int(c&0x7f) }

// classOf is empty for a command that the table does not know.
func classOf(prefix byte, c command) class { return classes[prefixIndex(prefix)][c.index()] }
