package stamp

// boldWidths are the advances of Helvetica-Bold from space to tilde, in
// thousandths of the letters' size (Adobe's metrics of the standard 14 fonts).
// No letter of Helvetica, nor of a printer's condensed font 0, is wider.
var boldWidths = [...]uint16{
	278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
	975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
	333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
	611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
}

// widthOf is a text's width in letters of size 1. Letters outside ASCII count as wide ones.
func widthOf(content string) float64 {
	const widest = 1000
	sum := 0
	for _, r := range content {
		switch {
		case r >= ' ' && int(r-' ') < len(boldWidths):
			sum += int(boldWidths[r-' '])
		case r == '×', r == '·', r >= 'À' && r <= 'ÿ' && r != 'Æ':
			sum += 780
		default:
			sum += widest
		}
	}
	return float64(sum) / widest
}
