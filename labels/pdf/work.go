package pdf

// Work says how much there is to be done for whoever draws a page: steps through its operators and those of its forms,
// how often it paints a path or a shading and shows a picture or form, and whether lines are dashed.
type Work struct {
	Steps, Painted, Shown int
	Dashed                bool
}

// Work counts what drawing page i, counted from 0, takes. The error says in plain words why it is not known.
func (d Document) Work(i int) (w Work, err error) {
	defer recoverAsError(&err)
	r := d.source.reader(d.source.pages[i], identity)
	r.page()
	if r.spent != nil {
		return Work{}, r.spent
	}
	if r.cut {
		return Work{}, errUnreadable
	}
	r.work.Steps = pageBudget - r.budget
	return r.work, nil
}

// note counts an operator.
func (w *Work) note(operator string, operands []operand) {
	switch operator {
	case "Do", "ID":
		w.Shown++
	case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh":
		w.Painted++
	case "d":
		w.Dashed = w.Dashed || len(operands) > 1
	}
}
