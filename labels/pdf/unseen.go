package pdf

import "github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"

// drawUnseen runs a drawing that is not followed for its marks, such as a pattern, only to know what
// it costs: a viewer or printer has to run it, too.
func (r *reader) drawUnseen(o types.Object, inherited types.Dict, depth int) {
	if _, ok := r.source.resolve(o).(types.StreamDict); !ok || r.spent != nil {
		return
	}
	unseen, ending := r.unseen, r.ending
	r.unseen = true
	r.form(o, inherited, identity, depth)
	r.unseen, r.ending = unseen, ending
}

// drawPattern runs the pattern that a colour operator names.
func (r *reader) drawPattern(operands []operand, resources types.Dict, depth int) {
	if name := lastName(operands); name != "" {
		r.drawUnseen(r.source.dict(resources["Pattern"])[name], resources, depth)
	}
}

// drawMask runs the soft mask of a graphics state.
func (r *reader) drawMask(state, resources types.Dict, depth int) {
	r.drawUnseen(r.source.dict(state["SMask"])["G"], resources, depth)
}

// drawLetters runs the drawings of a drawn font's letters, each as often as a text shows it. What a
// letter costs is known once it was drawn.
func (r *reader) drawLetters(f *font, codes []byte, depth int) {
	for _, c := range codes {
		letter, ok := f.letters[c]
		if !ok || r.spent != nil {
			continue
		}
		if f.costs[c] > 0 {
			r.spend(f.costs[c])
			continue
		}
		before := r.budget
		r.drawUnseen(letter, f.resources, depth)
		f.costs[c] = max(1, before-r.budget)
	}
}

// readLetters finds the drawings of a drawn font's letters.
func (f *font) readLetters(s *source, d types.Dict) {
	procedures := s.dict(d["CharProcs"])
	f.letters, f.costs, f.resources = map[byte]types.Object{}, map[byte]int{}, s.dict(d["Resources"])
	at := 0
	for _, o := range s.array(s.dict(d["Encoding"])["Differences"]) {
		if n, ok := s.number(o); ok {
			at = int(n)
			continue
		}
		if letter, ok := procedures[s.name(o)]; ok && at >= 0 && at < len(f.table) {
			f.letters[byte(at)] = letter
		}
		at++
	}
}
