package stamp

// slipLayout arranges a stamp on paper of its own: the running number as large as possible at the
// top, the lines below it.
func slipLayout(s Stamp, area rect, m measures) (texts []text, left int) {
	y := area.top
	if number := s.number(); number != "" {
		size := min(area.width()/widthOf(number), 0.3*area.height(), 14*m.text)
		texts = append(texts, text{x: area.left, y: y, size: size, bold: true, content: number})
		y += size*digits + m.text
	}
	if len(s.Lines) == 0 {
		return texts, 0
	}
	rows, size, left := flow(s.Lines, area.width(), area.bottom-y, m.text)
	for _, row := range rows {
		texts = append(texts, text{x: area.left, y: y, size: size, content: row})
		y += size * lineHeight
	}
	return texts, left
}
