package zpl

import (
	"strings"

	"github.com/samber/lo"
)

func set(codes string) map[string]bool {
	return lo.SliceToMap(strings.Fields(codes), func(code string) (string, bool) { return code, true })
}

// drawing are the ^ commands that may reach a packer's printer: they describe a
// label and nothing else (ZPL II manual). Whatever is not here is taken out.
var drawing = set(`
	XA XZ A B0 B1 B2 B3 B4 B5 B7 B8 B9 BA BB BC BD BE BF BI BJ BK BL BM BO BP BQ BR BS BT BU BX BY BZ
	CF CI CM CV CW FB FC FD FE FH FL FM FN FO FP FR FS FT FV FW FX GB GC GD GE GF GS
	DF XF XG IS IL IM JM LH LL LR LS LT MC MU PA PM PO PQ PW SE SF SN TB`)

// downloads are the ~ commands that bring a graphic; accepted for memory R: only.
var downloads = set(`DG DY`)

// immediate are the ~ commands of the manual. In a field's text only these, or
// two capitals, are taken for a command: an e-mail address may hold a tilde.
var immediate = set(`
	CC CD CT DB DE DG DL DN DS DT DU DY EF EG EO HB HD HI HM HQ HS HU JA JB JC JD JE JF JG JI JL JN JO JP JQ JR
	JS JX KB NC NR NT PH PL PM PP PR PS RO RV RX SD SL SX TA WC WD WL WQ WR`)

// marks are the commands that leave something on the label by themselves.
var marks = set(`GB GC GD GE GF XG XF IL IM`)

// content are those that can carry what a parcel needs; a frame of lines cannot.
var content = set(`GF XG XF IL IM`)

// resident are the commands whose first value names something stored.
var resident = map[string]string{"DG": ".GRF", "DY": ".GRF", "DF": ".ZPL", "XF": ".ZPL", "XG": ".GRF", "IS": ".GRF", "IL": ".GRF", "IM": ".GRF", "ID": ".GRF"}
